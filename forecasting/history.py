"""Demand history: sales lines as a matrix of weekly demand, one row per (item, location)."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from forecasting.frames import KEY, FrameContract, check_frame
from forecasting.quantile_levels import FloatArray, IntArray

DAYS_PER_WEEK = 7
LONGEST_HISTORY_WEEKS = 156
"""Older weeks say little about the next ones and cost time and memory."""

_LAST_WEEKDAY = 7

_SALES = FrameContract(
    "sales",
    {"item_id": pl.String, "location_id": pl.String, "sold_on": pl.Date, "quantity": pl.Float64},
)
_SERIES = FrameContract("series", {"item_id": pl.String, "location_id": pl.String}, key=KEY)


@dataclass(frozen=True)
class DemandHistory:
    """Weekly demand of some series, in base units.

    ``series`` has item_id and location_id in the order of the rows of ``demand``, which is
    (series, weeks) and NaN before a series' first sale. ``first_week`` is the first day of the
    first week; the last week ends before or on the day before ``as_of``.
    """

    series: pl.DataFrame
    demand: FloatArray
    first_week: date
    as_of: date


def weekly_history(
    sales: pl.DataFrame, series: pl.DataFrame, *, as_of: date, week_start: int = 1
) -> DemandHistory:
    """Weekly demand of ``series`` from ``sales`` before ``as_of``, whole weeks only.

    ``sales`` has item_id, location_id, sold_on and quantity (base units, returns negative).
    Returns count against the sales of their week; a week that is negative after that is zero. A
    week starts on ``week_start`` (1 Monday .. 7 Sunday). A series starts with its first week of
    positive demand; one without stays, all NaN. Raises ValueError for frames of another shape.
    """
    if not 1 <= week_start <= _LAST_WEEKDAY:
        raise ValueError("week_start must be 1 (Monday) to 7 (Sunday)")
    series = check_frame(series, _SERIES)
    end = as_of - timedelta(days=(as_of.isoweekday() - week_start) % DAYS_PER_WEEK)
    weekly = _weekly_sums(check_frame(sales, _SALES), series, end)
    # What is older only says that the series existed: one week before the longest history holds
    # all of it, so that a sale dated in the year 11 does not make the matrix a giant.
    weekly = weekly.with_columns(pl.col("weeks_before").clip(upper_bound=LONGEST_HISTORY_WEEKS + 1))
    row, weeks_before, quantity = (weekly[name].to_numpy() for name in weekly.columns)
    sold = quantity > 0
    weeks = int(weeks_before[sold].max(initial=0))
    demand = _matrix(row[sold], weeks - weeks_before[sold], quantity[sold], (len(series), weeks))
    demand = demand[:, -LONGEST_HISTORY_WEEKS:]
    first_week = end - timedelta(weeks=demand.shape[1])
    return DemandHistory(series, demand, first_week, as_of)


def _weekly_sums(sales: pl.DataFrame, series: pl.DataFrame, end: date) -> pl.DataFrame:
    """Row of the series, weeks before ``end`` (1 is the last week) and net quantity."""
    days_before = (pl.lit(end) - pl.col("sold_on")).dt.total_days()
    return (
        sales.filter(pl.col("sold_on") < end)
        .join(series.with_row_index("row"), on=KEY, how="inner")
        .group_by("row", ((days_before - 1) // DAYS_PER_WEEK + 1).alias("weeks_before"))
        .agg(pl.col("quantity").sum())
        .with_columns(pl.col("row").cast(pl.Int64))
    )


def _matrix(
    row: IntArray, week: IntArray, quantity: FloatArray, shape: tuple[int, int]
) -> FloatArray:
    demand = np.zeros(shape)
    demand[row, week] = quantity
    first_sale = np.full(shape[0], shape[1])
    np.minimum.at(first_sale, row, week)
    demand[np.arange(shape[1]) < first_sale[:, None]] = np.nan
    return demand
