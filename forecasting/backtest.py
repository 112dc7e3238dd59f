"""Rolling-origin back-test: what would have been forecast then, against what came.

At each origin the history is cut, everything is fitted to what is left, the error pool included,
and the sum over the following weeks is compared. The interval is taken as the nearest whole
number of weeks, because what came is known by the week.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from forecasting.demand_class import LEAST_WEEKS
from forecasting.interval_forecast import Pools, interval_quantiles
from forecasting.interval_sum import window_sums
from forecasting.naive import naive_quantiles
from forecasting.quantile_levels import (
    JUDGED_AT,
    JUDGED_LEVELS,
    FloatArray,
    IntArray,
    mean_of_quantiles,
)
from forecasting.smoothing import SmoothedHistory

WEEKS_BACK = (2, 4, 6, 8, 10, 12, 16, 20, 26)
ORIGINS_PER_SERIES = 5

_DECIMALS = 6


@dataclass(frozen=True)
class Judgements:
    """Forecasts and what came, one row per judged series and origin; sums in base units.

    ``ours`` and ``naive`` are (rows, judged levels); ``scale`` is the mean demand until the
    origin over as many weeks as the interval has.
    """

    series: IntArray
    mean: FloatArray
    ours: FloatArray
    naive: FloatArray
    actual: FloatArray
    scale: FloatArray


_EMPTY = np.zeros(0)
_NO_QUANTILES = np.zeros((0, len(JUDGED_LEVELS)))
_NONE = Judgements(
    np.zeros(0, dtype=np.int64), _EMPTY, _NO_QUANTILES, _NO_QUANTILES, _EMPTY, _EMPTY
)


def whole_weeks(weeks: FloatArray) -> IntArray:
    """The nearest whole number of weeks, at least one."""
    return np.maximum(np.rint(weeks), 1).astype(np.int64)


def origins_of(weeks: IntArray, weeks_back: int) -> IntArray:
    """Which series, by position, are judged at the origin ``weeks_back`` before the end.

    Each is judged at the five latest origins after which its interval has passed.
    """
    older = np.array([back for back in WEEKS_BACK if back <= weeks_back])
    fitting = (older[None, :] >= weeks[:, None]).sum(axis=1)
    return np.flatnonzero((weeks <= weeks_back) & (fitting <= ORIGINS_PER_SERIES))


def judge(
    demand: FloatArray, history: SmoothedHistory, weeks: IntArray, series: IntArray, pools: Pools
) -> Judgements:
    """Judge ``series`` at the origin where ``history`` ends; ``demand`` goes on after it.

    ``demand`` is (weeks, all series). Left out are series with fewer than 8 weeks or without
    demand until then, or with too few weeks for one error of the naive forecast.
    """
    origin = history.weeks
    age = history.known[:, series].sum(axis=0)
    sold = history.sold[:, series].sum(axis=0)
    judged = (age >= np.maximum(LEAST_WEEKS, 2 * weeks[series] + 1)) & (sold > 0)
    series, age, sold = series[judged], age[judged], sold[judged]
    past, ahead = history.take(series), weeks[series]
    quantiles = interval_quantiles(past, ahead.astype(np.float64), pools)
    naive = np.zeros((len(series), len(JUDGED_LEVELS)))
    actual = np.zeros(len(series))
    for horizon in np.unique(ahead).tolist():
        rows = np.flatnonzero(ahead == horizon)
        naive[rows] = naive_quantiles(past.take(rows), horizon, JUDGED_LEVELS)
        future = demand[origin : origin + horizon, series[rows]]
        actual[rows] = window_sums(np.nan_to_num(future), horizon)[0]
    return Judgements(
        series,
        mean_of_quantiles(quantiles),
        quantiles[:, JUDGED_AT],
        naive,
        actual,
        sold / np.maximum(age, 1) * ahead,
    )


def join(judgements: Iterable[Judgements]) -> Judgements:
    """All rows in one."""
    parts = [_NONE, *judgements]
    names = ("series", "mean", "ours", "naive", "actual", "scale")
    return Judgements(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def weighted_errors(judgements: Judgements, series_count: int) -> list[float | None]:
    """WAPE of the interval sum per series: |forecast mean - actual| over actual, summed first.

    None where the series was not judged or sold nothing in any judged interval.
    """
    error, actual = np.zeros(series_count), np.zeros(series_count)
    np.add.at(error, judgements.series, np.abs(judgements.mean - judgements.actual))
    np.add.at(actual, judgements.series, judgements.actual)
    return [
        round(float(missed / sold), _DECIMALS) if sold > 0 else None
        for missed, sold in zip(error, actual, strict=True)
    ]


def figures(judgements: Judgements) -> dict[str, float]:
    """Mean scaled pinball loss and coverage of ours and of the naive forecast.

    Pinball loss: R. Koenker and G. Bassett, Econometrica 46 (1978), 33-50; summed over the judged
    levels, each row divided by its scale. Coverage at a level is the share of rows where no more
    came than the quantile said. ``ratio`` below 1 says that ours is better.
    """
    result: dict[str, float] = {"judged": float(len(judgements.series))}
    if not len(judgements.series):
        return result
    for name, quantiles in (("ours", judgements.ours), ("naive", judgements.naive)):
        loss = pinball(quantiles, judgements.actual) / judgements.scale[:, None]
        covered = judgements.actual[:, None] <= quantiles
        result[f"pinball_{name}"] = float(loss.mean(axis=0).sum())
        for position, level in enumerate(JUDGED_LEVELS):
            percent = f"{level:.0%}".removesuffix("%")
            result[f"pinball_{name}_{percent}"] = float(loss[:, position].mean())
            result[f"coverage_{name}_{percent}"] = float(covered[:, position].mean())
    result["ratio"] = result["pinball_ours"] / max(result["pinball_naive"], 1e-12)
    return result


def pinball(quantiles: FloatArray, actual: FloatArray) -> FloatArray:
    """Pinball loss at the judged levels, (rows, judged levels)."""
    level = np.array(JUDGED_LEVELS)
    short = actual[:, None] - quantiles
    return np.maximum(level * short, (level - 1) * short)
