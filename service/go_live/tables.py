"""What an operator expects of the feeds, and what the ERP had begun before we did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table


class DataRhythmRow(Table):
    """How often a system's data of one kind is expected; without a row the default holds."""

    __tablename__ = "data_rhythms"
    system: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    every_seconds: Mapped[int]
    set_at: Mapped[datetime]


class AdoptedRequisitionRow(Table):
    """A requisition line that the ERP had already when we started, and our proposal for it."""

    __tablename__ = "adopted_requisitions"
    system: Mapped[str] = mapped_column(primary_key=True)
    erp_number: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[str] = mapped_column(primary_key=True)
    """Empty where the ERP's number needs no line."""
    proposal_id: Mapped[UUID]
    adopted_at: Mapped[datetime]
    __table_args__ = (Index(None, "proposal_id", unique=True),)
