"""What outside systems were told last."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table


class ToldOutlookRow(Table):
    """The last outlook told of a subject, as far as it must be known to tell whether it moved."""

    __tablename__ = "told_outlooks"
    type: Mapped[str] = mapped_column(primary_key=True)
    """The event type; each kind of outlook has its own."""
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    version: Mapped[int]
    digest: Mapped[str]
    """Of what must be told whenever it differs."""
    figures_digest: Mapped[str]
    """Of what is told when it differs and rests on other facts."""
    facts_digest: Mapped[str]
    """Of the facts when they were last looked at, whether or not that was worth telling."""
    measures: Mapped[dict[str, Any]]
    """What is told only once it has moved far enough: name and number, as a string."""
    told_at: Mapped[datetime]


class PublishedSeriesRow(Table):
    """The forecast of an (item, location) as it was told to planning systems last."""

    __tablename__ = "published_series"
    item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    digest: Mapped[str]
    """Of what the forecast rests on: another digest, another forecast to tell."""
    unit: Mapped[str]
    start: Mapped[date]
    end: Mapped[date]
    buckets: Mapped[list[Any]]
    """``adapters.canonical.outlook.ForecastBucket`` as JSON; none once nobody plans it any more."""
    told_at: Mapped[datetime]
