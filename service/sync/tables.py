"""Connected systems: what we know of them, hand to them, and have read from them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table


class ConnectionRow(Table):
    """A connected system. Its secrets are not here: see ``service.sync.secret_files``."""

    __tablename__ = "connections"
    name: Mapped[str] = mapped_column(primary_key=True)
    """The system's code: it speaks under this name wherever a system is named."""
    adapter: Mapped[str]
    """files, http or tryton."""
    roles: Mapped[list[Any]]
    """Which of crm, erp, planning it is."""
    settings: Mapped[dict[str, Any]]
    """The adapter's settings."""
    subscriptions: Mapped[list[Any]]
    """Patterns of event types, for example 'proposal.*'."""
    reads: Mapped[list[Any]]
    """The kinds that it is polled for."""
    push: Mapped[bool] = mapped_column(default=False)
    """We create the documents in this ERP; else it claims them itself."""
    hold_seconds: Mapped[int] = mapped_column(default=900)
    """How long after an unclear call the system may still carry it out."""
    answer_within_hours: Mapped[int] = mapped_column(default=72)
    """How long an ERP that fetches its documents may take to answer."""
    poll_seconds: Mapped[int] = mapped_column(default=30)
    failures: Mapped[int] = mapped_column(default=0)
    """Calls in a row that failed."""
    quiet_until: Mapped[datetime | None]
    """After a failed call nothing is sent before this moment, and no attempt is used."""
    last_trouble: Mapped[str | None] = mapped_column(String(1000))
    last_success_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class HandOffRow(Table):
    """A proposal that we claimed in the name of an ERP, on its way to a document there.

    ``unclear`` is written before the system is asked to create it: whatever happens then, the
    reference is looked up before it is asked again.
    """

    __tablename__ = "hand_offs"
    claim_id: Mapped[UUID] = mapped_column(primary_key=True)
    external_ref: Mapped[str] = mapped_column(String(32), primary_key=True)
    connection: Mapped[str]
    kind: Mapped[str]
    document: Mapped[dict[str, Any]]
    """The proposal as the claim offered it."""
    status: Mapped[str]
    """waiting, unclear, handed_over, answered or lost."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease: Mapped[UUID | None]
    last_failure: Mapped[str | None]
    last_detail: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    __table_args__ = (
        Index(None, "connection", "status", "due_at"),
        Index("ix_hand_offs_external_ref", "external_ref", "created_at"),
    )


class PollRow(Table):
    """How far a connection has been read."""

    __tablename__ = "polls"
    connection: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[datetime]
    lease: Mapped[UUID | None]
    """Who reads; until ``due_at`` nobody else does."""
    failures: Mapped[int] = mapped_column(default=0)
    last_trouble: Mapped[str | None] = mapped_column(String(1000))
    read_at: Mapped[datetime | None]
    """When it last answered."""


class TakenBatchRow(Table):
    """A batch that was taken, with what its sender is told of it."""

    __tablename__ = "taken_batches"
    connection: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(500), primary_key=True)
    kind: Mapped[str]
    cursor_before: Mapped[str | None] = mapped_column(Text)
    """With this cursor the batch is read again until it is settled."""
    report: Mapped[dict[str, Any]]
    taken_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    __table_args__ = (Index(None, "connection", "settled_at"),)
