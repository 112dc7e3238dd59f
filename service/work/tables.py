"""Work to be done: keys to recompute, messages to deliver."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table, new_id

_OPEN = text("status IN ('waiting', 'leased', 'failed')")
"""What is still to be told, and holds back what comes later about the same subject."""


class DirtyKeyRow(Table):
    """An (item, location) whose recommendation may be out of date.

    Every mark raises ``generation``; whoever recomputes clears the row only where the
    generation is still the one it read before it read anything else.
    """

    __tablename__ = "dirty_keys"
    item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    generation: Mapped[int]
    refit: Mapped[bool] = mapped_column(default=False)
    """History or interval changed: the baseline must be fitted anew, not only the overlay."""
    cause: Mapped[str]
    marked_at: Mapped[datetime]
    __table_args__ = (Index(None, "marked_at"),)


class StaleOutlookRow(Table):
    """An (item, location) of which outside systems may have been told what no longer holds.

    Every mark is a new one, and only the mark that was read is cleared.
    """

    __tablename__ = "stale_outlooks"
    item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[UUID]
    marked_at: Mapped[datetime]
    __table_args__ = (Index(None, "marked_at"),)


class GenerationRow(Table):
    """The counter behind generations: one row."""

    __tablename__ = "generations"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class CompanyRow(Table):
    """One installation serves one company: one row, named 'company'."""

    __tablename__ = "company"
    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    time_zone: Mapped[str]
    currency: Mapped[str]
    business_date: Mapped[date | None]
    """A fixed planning day (demo, replays); None means today in the time zone."""
    notice: Mapped[str] = mapped_column(String(500), default="")
    """Shown on every page, for example that the data is made up."""


class OutboxRow(Table):
    """An event that left with the change that caused it, in the same transaction."""

    __tablename__ = "outbox"
    event_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    type: Mapped[str]
    schema_version: Mapped[int]
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]]
    occurred_at: Mapped[datetime]
    release_not_before: Mapped[datetime | None]
    routed_at: Mapped[datetime | None]
    """When it was passed on to those who want to hear of it, or was found not to be told."""
    delivered_at: Mapped[datetime | None]
    """Not used since there is ``routed_at``; a later release drops it."""
    __table_args__ = (
        Index(
            "ix_outbox_unrouted",
            "subject",
            "event_id",
            sqlite_where=text("routed_at IS NULL"),
            postgresql_where=text("routed_at IS NULL"),
        ),
    )


class DeliveryRow(Table):
    """An event that one connection is to be told.

    Whoever delivers it leases it under a new token; what it settles counts only as long as the
    token stands.
    """

    __tablename__ = "deliveries"
    delivery_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    connection: Mapped[str]
    event_id: Mapped[UUID]
    """The event in the outbox; its order is that of the events."""
    type: Mapped[str]
    """As it is told: an approval that was changed at once is told as changed, as one approval."""
    subject: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(default="waiting")
    """waiting, leased, delivered, failed, superseded or abandoned."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Counted when it is leased, so that a crash counts."""
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    lease: Mapped[UUID | None]
    last_failure: Mapped[str | None]
    """temporary, rejected, conflict or ambiguous."""
    last_detail: Mapped[str | None] = mapped_column(String(1000))
    """In the words of the system, or of the person who gave it up."""
    native_id: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    __table_args__ = (
        Index(None, "connection", "event_id", unique=True),
        Index(
            "ix_deliveries_open",
            "connection",
            "subject",
            "event_id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_deliveries_status", "connection", "status", "due_at"),
    )


class IdempotencyRow(Table):
    """The stored answer to a mutating request, so that asking again does nothing again."""

    __tablename__ = "idempotency_keys"
    principal: Mapped[str] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(String(120), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    digest: Mapped[str]
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
