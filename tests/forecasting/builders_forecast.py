"""Histories, keys and opportunities that leave only the numbers that matter."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from forecasting.history import DemandHistory
from forecasting.overlay import IntervalDemand, OverlaySetting, interval_demand
from forecasting.quantile_levels import LEVELS, FloatArray

TODAY = date(2024, 3, 4)
"""A Monday."""

SETTING = OverlaySetting(today=TODAY, scenario_count=1000)

_SALES = {"item_id": str, "location_id": str, "sold_on": pl.Date, "quantity": float}
_OPPORTUNITY: dict[str, Any] = {
    "item_id": "A",
    "location_id": "DC",
    "opportunity": "crm/1/1",
    "quantity": 400.0,
    "win_probability": 0.5,
    "quantity_basis": "incremental",
    "status": "open",
    "window_start": TODAY,
    "window_end": TODAY + timedelta(days=6),
    "account_share": 0.0,
}


def series(*items: str) -> pl.DataFrame:
    """Series of these items at one location."""
    columns = {"item_id": list(items), "location_id": ["DC"] * len(items)}
    return pl.DataFrame(columns, schema={"item_id": pl.String, "location_id": pl.String})


def sales(*lines: tuple[str, int, float]) -> pl.DataFrame:
    """Sales lines: item, days before today, quantity."""
    rows = [(item, "DC", TODAY - timedelta(days=days), quantity) for item, days, quantity in lines]
    return pl.DataFrame(rows, schema=_SALES, orient="row")


def history(demand: FloatArray) -> DemandHistory:
    """A history of the weekly demand (series, weeks) until today; items are S0, S1, .."""
    first_week = TODAY - timedelta(weeks=demand.shape[1])
    return DemandHistory(series(*(f"S{n}" for n in range(len(demand)))), demand, first_week, TODAY)


def intervals(of: DemandHistory, days: Sequence[int]) -> pl.DataFrame:
    """Protection intervals: ``days`` repeated over the series."""
    repeated = [days[row % len(days)] for row in range(len(of.series))]
    return of.series.with_columns(pl.Series("interval_days", repeated, dtype=pl.Int64))


def assortment(count: int, weeks: int, seed: int = 1) -> FloatArray:
    """Made-up weekly demand of many items: all volumes, some seldom, some young, some unsold."""
    dice = np.random.default_rng(seed)
    level = dice.lognormal(2.5, 1.2, (count, 1))
    selling = dice.random((count, weeks)) < dice.uniform(0.2, 1, (count, 1))
    demand = np.rint(dice.gamma(1.5, level / 1.5, (count, weeks)) * selling)
    first = dice.integers(0, max(weeks, 1), count) * (dice.random(count) < 0.4)
    demand[np.arange(weeks) < first[:, None]] = np.nan
    sold = np.nancumsum(demand, axis=1) > 0
    demand[~sold] = np.nan
    return demand


def key(item: str = "A", mean: float = 100.0, **changes: Any) -> dict[str, Any]:
    """A key with a baseline that is even between 0 and twice its mean over four weeks."""
    quantiles = 2 * mean * LEVELS
    return {
        "item_id": item,
        "location_id": "DC",
        "interval_days": 28,
        "interval_mean": mean,
        "interval_quantiles": quantiles.tolist(),
        "unlinked_orders": 0.0,
        "linked_orders": 0.0,
        "cycle_service_level": 0.95,
        **changes,
    }


def opportunity(name: str = "crm/1/1", **changes: Any) -> dict[str, Any]:
    """An open incremental opportunity of 400 at one half, all within the coming week."""
    return {**_OPPORTUNITY, "opportunity": name, **changes}


def opportunity_frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """A frame of opportunities, also of none."""
    texts = {"item_id", "location_id", "opportunity", "quantity_basis", "status"}
    days = {"window_start", "window_end"}
    schema = {
        name: pl.String if name in texts else pl.Date if name in days else pl.Float64
        for name in _OPPORTUNITY
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def demand_of(
    keys: Sequence[dict[str, Any]], opportunities: Sequence[dict[str, Any]] = ()
) -> IntervalDemand:
    """The joint demand of keys and opportunities."""
    return interval_demand(pl.DataFrame(keys), opportunity_frame(opportunities), SETTING)


def order_up_to_level(one: dict[str, Any], opportunities: Sequence[dict[str, Any]] = ()) -> float:
    """S of a single key."""
    return float(demand_of([one], opportunities).keys["order_up_to_level"][0])
