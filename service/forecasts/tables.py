"""Forecast runs, the per-series state a signal is laid over, and what planners override."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table, new_id


class ForecastRunRow(Table):
    """The commit of an immutable Parquet file: no row, no run."""

    __tablename__ = "forecast_runs"
    run_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    """full (all series, new error pool) or refit (some series, the pool of ``pool_run_id``)."""
    pool_run_id: Mapped[UUID | None]
    business_date: Mapped[date]
    path: Mapped[str] = mapped_column(String(200))
    """Relative to the runs folder."""
    sha256: Mapped[str]
    rows: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Back-test figures of the run: pinball, coverage, the same for the naive forecast."""
    created_at: Mapped[datetime]
    __table_args__ = (Index(None, "kind", "created_at"),)


class SeriesForecastRow(Table):
    """The current baseline of an (item, location), as fitted by ``run_id``."""

    __tablename__ = "series_forecasts"
    item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[UUID]
    demand_class: Mapped[str]
    history_weeks: Mapped[int]
    interval_days: Mapped[int]
    interval_mean: Mapped[float]
    """Expected demand over the protection interval, base units."""
    interval_quantiles: Mapped[list[Any]]
    """Demand over the protection interval at ``forecasting.QUANTILE_LEVELS``, floats."""
    level_per_week: Mapped[float]
    week_quantiles: Mapped[list[Any]]
    """Demand of one coming week at 10, 50 and 90 per cent, for the chart."""
    backtest_error: Mapped[float | None]
    """WAPE of the interval sum in the rolling back-test; None where history is too short."""
    fitted_on: Mapped[date]


class ForecastScopeRow(Table):
    """Where a planning system's word is used in place of our own, and for what."""

    __tablename__ = "forecast_scopes"
    scope_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    system: Mapped[str]
    """The planning system, or 'own' to leave a part of a wider scope to our own forecast."""
    use: Mapped[str]
    """forecast or recommendation."""
    location_id: Mapped[str | None]
    item_group: Mapped[str | None]
    item_id: Mapped[str | None]
    """None means all of them."""
    max_age_days: Mapped[int]
    """What is told as of an earlier moment than so many days ago is not used any more."""
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    """The last day, included; None is open."""
    reason: Mapped[str] = mapped_column(String(500))
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[str | None]
    __table_args__ = (Index(None, "stopped_at", "valid_until"),)


class ForecastOverrideRow(Table):
    """What a person expects of an (item, location) in place of the own baseline.

    It holds from ``starts_on`` until before ``expires_on``; on each day at most one does. Nothing
    is overwritten but the expiry, which only ever comes nearer.
    """

    __tablename__ = "forecast_overrides"
    override_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    item_id: Mapped[str]
    location_id: Mapped[str]
    factor: Mapped[Decimal | None]
    """Of the own baseline; or else ``per_week``."""
    per_week: Mapped[Decimal | None]
    """Expected demand a week, base units."""
    starts_on: Mapped[date]
    expires_on: Mapped[date]
    asked_until: Mapped[date]
    """The expiry as it was first set."""
    reason: Mapped[str] = mapped_column(String(500))
    author: Mapped[str]
    """A person's login, or ``system:`` and its name."""
    author_name: Mapped[str]
    own_per_week: Mapped[float | None]
    """The own baseline's level when the override was made, base units; None if none was fitted."""
    created_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    """Who ended it early: whoever withdrew it, or made the override that took its place."""
    end_reason: Mapped[str | None] = mapped_column(String(500))
    ended_at: Mapped[datetime | None]
    __table_args__ = (Index(None, "item_id", "location_id", "expires_on"), Index(None, "author"))


class OverrideWeekRow(Table):
    """A week that is over and on which an override held: what was forecast, and what came.

    Base units; sales that incremental opportunities explain are left out, as in the history.
    """

    __tablename__ = "forecast_override_weeks"
    override_id: Mapped[UUID] = mapped_column(primary_key=True)
    week: Mapped[date] = mapped_column(primary_key=True)
    """Its Monday."""
    author: Mapped[str] = mapped_column(index=True)
    own: Mapped[float]
    overridden: Mapped[float]
    actual: Mapped[float]
    out_of_stock: Mapped[bool]
    """Nothing was on hand when the week was measured: less may have been sold than wanted."""
    measured_on: Mapped[date]
