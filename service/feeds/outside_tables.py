"""What other planning systems tell: their forecasts and their recommendations."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table


class OutsideForecastRow(Table):
    """A bucket of another system's forecast; buckets of one series never overlap."""

    __tablename__ = "outside_forecasts"
    system: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    start: Mapped[date] = mapped_column(primary_key=True)
    end: Mapped[date]
    """The last day, included."""
    mean: Mapped[Decimal]
    quantiles: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Demand of the bucket by quantile level, both as strings, base units."""
    version: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[datetime]
    received_at: Mapped[datetime]
    __table_args__ = (Index(None, "item_id", "location_id"),)


class OutsideRecommendationRow(Table):
    """What another system would order for an (item, location): its newest word."""

    __tablename__ = "outside_recommendations"
    system: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    quantity: Mapped[Decimal]
    supplier_id: Mapped[str | None]
    order_date: Mapped[date | None]
    required_date: Mapped[date]
    reference: Mapped[str | None]
    version: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[datetime]
    received_at: Mapped[datetime]
    __table_args__ = (Index(None, "item_id", "location_id"),)
