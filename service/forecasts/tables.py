"""Forecast runs and the per-series state a signal is laid over."""

from datetime import date, datetime
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
