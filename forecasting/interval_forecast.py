"""The demand distribution over the protection interval, for all series at once."""

from collections.abc import Mapping

import numpy as np

from forecasting.demand_class import DemandClass
from forecasting.error_pool import HorizonPool
from forecasting.interval_sum import blend, newest_classes, rolling_sums
from forecasting.quantile_levels import LEVELS, FloatArray, IntArray, mean_of_quantiles
from forecasting.smoothing import SmoothedHistory
from forecasting.spread import own_spread

HORIZONS = (1, 2, 3, 4, 6, 8, 12, 16, 20, 26)
"""Weeks for which errors are pooled; between them quantiles are interpolated."""

Pools = Mapping[int, HorizonPool]


def horizons_around(weeks: FloatArray, available: tuple[int, ...] = HORIZONS) -> tuple[int, ...]:
    """The horizons next to the given intervals (weeks, any fraction), below and above."""
    horizons = np.array(available)
    below, above, _ = _neighbours(weeks, horizons)
    return tuple(sorted({*horizons[below].tolist(), *horizons[above].tolist()}))


def interval_quantiles(history: SmoothedHistory, weeks: FloatArray, pools: Pools) -> FloatArray:
    """Quantiles of the demand sum over each series' next ``weeks``, (series, levels).

    Between two pooled horizons the quantiles are interpolated. Below the shortest the mean
    shrinks with the time and the distance from it with its root, as for independent weeks; above
    the longest both grow with the time, because then the level is what is uncertain.
    """
    horizons = np.array(sorted(pools))
    below, above, share = _neighbours(weeks, horizons)
    result = np.zeros((len(weeks), len(LEVELS)))
    for position, horizon in enumerate(horizons.tolist()):
        part = np.where(below == position, 1 - share, 0.0) + np.where(above == position, share, 0.0)
        rows = np.flatnonzero(part > 0)
        if len(rows):
            at_horizon = horizon_quantiles(history.take(rows), horizon, pools[horizon])
            result[rows] += part[rows, None] * at_horizon
    stretched = _stretch(result, weeks / horizons[0], weeks / horizons[-1])
    return np.maximum.accumulate(np.maximum(stretched, 0), axis=1)


def _neighbours(weeks: FloatArray, horizons: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Positions of the horizons below and above, and the share of the one above (0 if equal)."""
    above = np.minimum(np.searchsorted(horizons, weeks), len(horizons) - 1).astype(np.int64)
    below = np.searchsorted(horizons, weeks, side="right").astype(np.int64) - 1
    below = np.maximum(below, 0)
    gap = np.maximum(horizons[above] - horizons[below], 1)
    share = np.minimum(np.maximum((weeks - horizons[below]) / gap, 0.0), 1.0)
    interpolated: FloatArray = np.where(above > below, share, 0.0)
    return below, above, interpolated


def _stretch(quantiles: FloatArray, to_first: FloatArray, to_last: FloatArray) -> FloatArray:
    mean = mean_of_quantiles(quantiles)[:, None]
    short, long = np.minimum(to_first, 1)[:, None], np.maximum(to_last, 1)[:, None]
    stretched: FloatArray = (mean * short + (quantiles - mean) * np.sqrt(short)) * long
    return stretched


def horizon_quantiles(history: SmoothedHistory, horizon: int, pool: HorizonPool) -> FloatArray:
    """Quantiles of the sum over ``horizon`` weeks: the mean of two views, (series, levels).

    One scales the ratios that series of the class and volume have shown, the other the errors of
    the class by the series' own spread; quantiles are averaged level by level (Vincent 1912). A
    new series has no spread of its own: the first view only. One that has never sold is taken for
    any item of the assortment.
    """
    rolling = rolling_sums(history, horizon)
    forecast = blend(rolling, pool.class_losses, pool.typical_level)
    classes = newest_classes(history)
    ratios = _pooled_ratios(classes, forecast.now, pool) * forecast.now[:, None]
    spread = own_spread(rolling, forecast, pool.spread_law)
    spreads = forecast.now[:, None] + spread[:, None] * pool.spread_quantiles[classes]
    result = (ratios + np.maximum(spreads, 0)) / 2
    new = classes == DemandClass.NEW
    result[new] = ratios[new]
    result[~history.known.any(axis=0)] = pool.assortment_quantiles
    return result


def _pooled_ratios(classes: IntArray, expected: FloatArray, pool: HorizonPool) -> FloatArray:
    bins = (expected[:, None] >= pool.volume_edges[classes]).sum(axis=1)
    ratios: FloatArray = pool.ratio_quantiles[classes, bins]
    return ratios
