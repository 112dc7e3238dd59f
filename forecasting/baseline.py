"""Baselines: each series' demand over its protection interval, without any opportunity."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from forecasting.backtest import (
    WEEKS_BACK,
    Judgements,
    figures,
    join,
    judge,
    origins_of,
    weighted_errors,
    whole_weeks,
)
from forecasting.demand_class import LEAST_WEEKS, class_names
from forecasting.error_pool import HorizonPool, learn_pool, typical_level
from forecasting.frames import KEY, FrameContract, check_frame
from forecasting.history import DAYS_PER_WEEK, DemandHistory
from forecasting.interval_forecast import HORIZONS, horizons_around, interval_quantiles
from forecasting.interval_sum import newest_classes, rolling_sums
from forecasting.pool_frame import OriginPools, pools_from_frame, pools_to_frame
from forecasting.quantile_levels import (
    WEEK_CHART_AT,
    FloatArray,
    IntArray,
    mean_of_quantiles,
)
from forecasting.smoothing import SmoothedHistory, smooth

_DECIMALS = 6
"""Figures are rounded to millionths, so that they do not depend on the order of summation."""

_INTERVALS = FrameContract(
    "intervals",
    {"item_id": pl.String, "location_id": pl.String, "interval_days": pl.Int64},
    key=KEY,
    at_least={"interval_days": 1},
)


@dataclass(frozen=True)
class BaselineRun:
    """A fit: the series' forecasts, the error pool it used, and its back-test.

    ``series`` has item_id, location_id, demand_class (smooth, erratic, intermittent, lumpy or
    new), history_weeks (since the first sale), interval_days, interval_mean (mean of the stored
    distribution), interval_quantiles (at ``QUANTILE_LEVELS``), level_per_week, backtest_error
    (WAPE of the interval sum; empty where it could not be judged) and week_quantiles (one coming
    week at 10, 50 and 90 per cent); quantities in base units. ``pool`` is what a refit takes.
    ``figures`` are those of ``forecasting.backtest.figures`` over the fitted series.
    """

    series: pl.DataFrame
    pool: pl.DataFrame
    figures: dict[str, float]


def fit_baselines(
    history: DemandHistory, intervals: pl.DataFrame, pool: pl.DataFrame | None = None
) -> BaselineRun:
    """Forecast the demand of every series of ``history`` over its interval.

    ``intervals`` has item_id, location_id and interval_days (at least 1), one row per series.
    Without ``pool`` a new error pool is learned from these series; with the ``pool`` of an earlier
    run, some series can be refitted, and one that has not changed gets the same numbers again. A
    pool holds for the planning week it was learned in. Raises ValueError where the frames do not
    fit or a series has no interval.
    """
    interval_days = _interval_days(history, intervals)
    weeks = interval_days / DAYS_PER_WEEK
    demand = np.ascontiguousarray(history.demand.T)
    known = None if pool is None else pools_from_frame(pool)
    now = smooth(demand)
    pools = {0: _learned(now, np.append(weeks, 1.0)) if known is None else _of_now(known)}
    judgements = []
    for origin in _origins(demand, weeks, known):
        pools[origin.weeks_back] = origin.pools
        judgements.append(origin.judgements)
    judged = join(judgements)
    return BaselineRun(
        _series_frame(history.series, interval_days, _forecasts(now, weeks, pools[0]), judged),
        pools_to_frame(pools) if pool is None else pool,
        {"series": float(len(weeks)), **figures(judged)},
    )


def _interval_days(history: DemandHistory, intervals: pl.DataFrame) -> IntArray:
    joined = history.series.join(
        check_frame(intervals, _INTERVALS), on=KEY, how="left", maintain_order="left"
    )
    if joined["interval_days"].null_count():
        raise ValueError("intervals: some series of the history have none; give one row for each")
    return joined["interval_days"].to_numpy()


def _learned(history: SmoothedHistory, weeks: FloatArray) -> dict[int, HorizonPool]:
    """Pools for the horizons around ``weeks``, as far as the history is twice as long."""
    longest = max(history.weeks // 2, 1)
    available = tuple(horizon for horizon in HORIZONS if horizon <= longest)
    level = typical_level(history)
    return {
        horizon: learn_pool(rolling_sums(history, horizon), level)
        for horizon in horizons_around(weeks, available)
    }


def _of_now(known: OriginPools) -> Mapping[int, HorizonPool]:
    if 0 not in known:
        raise ValueError("pool: no rows with weeks_back 0; make a new pool by a full fit")
    return known[0]


@dataclass(frozen=True)
class _Origin:
    """One origin of the back-test: the pools of that time and what they would have said."""

    weeks_back: int
    pools: Mapping[int, HorizonPool]
    judgements: Judgements


def _origins(demand: FloatArray, weeks: FloatArray, known: OriginPools | None) -> Iterator[_Origin]:
    ahead = whole_weeks(weeks)
    for weeks_back in WEEKS_BACK:
        series = origins_of(ahead, weeks_back)
        origin = len(demand) - weeks_back
        if (
            not len(series)
            or origin < LEAST_WEEKS
            or (known is not None and weeks_back not in known)
        ):
            continue
        then = smooth(demand[:origin])
        pools = (
            _learned(then, ahead[series].astype(np.float64)) if known is None else known[weeks_back]
        )
        yield _Origin(weeks_back, pools, judge(demand, then, ahead, series, pools))


@dataclass(frozen=True)
class _Forecasts:
    """What each series gets: (series,) and (series, levels)."""

    classes: IntArray
    age: IntArray
    interval: FloatArray
    week: FloatArray


def _forecasts(
    now: SmoothedHistory, weeks: FloatArray, pools: Mapping[int, HorizonPool]
) -> _Forecasts:
    return _Forecasts(
        newest_classes(now),
        now.known.sum(axis=0),
        interval_quantiles(now, weeks, pools),
        interval_quantiles(now, np.ones(len(weeks)), pools)[:, WEEK_CHART_AT],
    )


def _series_frame(
    series: pl.DataFrame, interval_days: IntArray, forecasts: _Forecasts, judged: Judgements
) -> pl.DataFrame:
    interval, week = forecasts.interval.round(_DECIMALS), forecasts.week.round(_DECIMALS)
    mean = mean_of_quantiles(interval).round(_DECIMALS)
    level = (mean / interval_days * DAYS_PER_WEEK).round(_DECIMALS)
    return series.with_columns(
        pl.Series("demand_class", class_names(forecasts.classes), dtype=pl.String),
        pl.Series("history_weeks", forecasts.age, dtype=pl.Int64),
        pl.Series("interval_days", interval_days, dtype=pl.Int64),
        pl.Series("interval_mean", mean, dtype=pl.Float64),
        pl.Series("interval_quantiles", interval.tolist(), dtype=pl.List(pl.Float64)),
        pl.Series("level_per_week", level, dtype=pl.Float64),
        pl.Series("backtest_error", weighted_errors(judged, len(series)), dtype=pl.Float64),
        pl.Series("week_quantiles", week.tolist(), dtype=pl.List(pl.Float64)),
    )
