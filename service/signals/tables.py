"""The inbox of CRM messages and what each opportunity line says now."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table, new_id


class SignalMessageRow(Table):
    """One message as it came in. Never changed but for its outcome, never deleted."""

    __tablename__ = "signal_messages"
    message_row_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    system: Mapped[str]
    message_id: Mapped[str]
    digest: Mapped[str]
    body: Mapped[dict[str, Any]]
    opportunity_id: Mapped[str]
    line_id: Mapped[str]
    source_version: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str]
    """applied, stale or exception."""
    deliveries: Mapped[int] = mapped_column(default=1)
    received_at: Mapped[datetime]
    last_delivery_at: Mapped[datetime]
    __table_args__ = (
        Index(None, "system", "message_id", unique=True),
        Index(None, "system", "opportunity_id", "line_id"),
    )


class DemandSignalRow(Table):
    """The newest version of an opportunity line, mapped to canonical keys and base units."""

    __tablename__ = "demand_signals"
    signal_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    system: Mapped[str]
    opportunity_id: Mapped[str]
    line_id: Mapped[str]
    source_version: Mapped[int] = mapped_column(BigInteger)
    message_row_id: Mapped[UUID]
    account_id: Mapped[str]
    item_id: Mapped[str]
    location_rule: Mapped[str]
    """How the location was found: line, sourcing_rule or shipment_share."""
    quantity: Mapped[Decimal]
    """In base units."""
    quantity_basis: Mapped[str]
    window_start: Mapped[date]
    window_end: Mapped[date]
    stage: Mapped[str] = mapped_column(String(500))
    status: Mapped[str]
    win_probability: Mapped[Decimal]
    first_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    __table_args__ = (
        Index(None, "system", "opportunity_id", "line_id", unique=True),
        Index(None, "account_id", "item_id"),
        Index(None, "item_id"),
    )


class SignalAllocationRow(Table):
    """The part of an opportunity line that a location is to supply; the parts add up."""

    __tablename__ = "signal_allocations"
    signal_id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str]
    quantity: Mapped[Decimal]
    __table_args__ = (Index(None, "item_id", "location_id"),)
