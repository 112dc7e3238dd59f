"""The exception queue."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table, new_id


class ExceptionRow(Table):
    """Something understood that cannot be used yet, with all that is needed to use it later."""

    __tablename__ = "exceptions"
    exception_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    """unknown_account, unknown_product, unknown_location, unknown_unit, no_location,
    won_without_order, message_id_reused …"""
    subject_type: Mapped[str]
    """demand_signal, sales_line, stock_position, supplier_terms, open_purchase_line,
    open_sales_line, opportunity_line …"""
    system: Mapped[str]
    subject_key: Mapped[str] = mapped_column(String(200))
    """Same kind, subject type, system and key while open: the same exception."""
    subject_version: Mapped[int] = mapped_column(BigInteger, default=0)
    """The subject's own version; an older one never replaces the payload of a newer."""
    payload: Mapped[dict[str, Any]]
    detail: Mapped[str] = mapped_column(String(1000))
    remedy: Mapped[str] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(default="open")
    """open, replayed, discarded."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(String(1000))
    __table_args__ = (
        Index(None, "state", "opened_at"),
        Index(None, "subject_type", "system", "subject_key"),
        Index(
            None,
            "kind",
            "subject_type",
            "system",
            "subject_key",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
