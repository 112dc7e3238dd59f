"""The levels at which every demand distribution is stored, and how to read between them.

A distribution is its quantile function at ``QUANTILE_LEVELS``, linear between the levels and
flat beyond the first and the last: what lies outside is not known, so it is not invented.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

# fmt: off
QUANTILE_LEVELS: tuple[float, ...] = (
    0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7,
    0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.995,
)
# fmt: on

LEVELS: FloatArray = np.array(QUANTILE_LEVELS)

JUDGED_LEVELS: tuple[float, ...] = (0.5, 0.8, 0.9, 0.95, 0.99)
"""The levels at which forecasts are compared."""

JUDGED_AT: tuple[int, ...] = tuple(QUANTILE_LEVELS.index(level) for level in JUDGED_LEVELS)
"""Where the judged levels stand among ``QUANTILE_LEVELS``."""

WEEK_CHART_LEVELS: tuple[float, ...] = (0.1, 0.5, 0.9)
WEEK_CHART_AT: tuple[int, ...] = tuple(QUANTILE_LEVELS.index(level) for level in WEEK_CHART_LEVELS)


def _mean_weights() -> FloatArray:
    """Weight of each stored quantile in the mean: the trapezoid rule plus the two flat ends."""
    edges = np.concatenate(([0.0], (LEVELS[1:] + LEVELS[:-1]) / 2, [1.0]))
    return np.diff(edges)


_MEAN_WEIGHTS = _mean_weights()


def mean_of_quantiles(quantiles: FloatArray) -> FloatArray:
    """Mean of each distribution: the integral of its quantile function over 0 to 1.

    ``quantiles`` is (series, levels); the result is (series,), in the same unit.
    """
    mean: FloatArray = (quantiles * _MEAN_WEIGHTS).sum(axis=1)
    return mean


def drawn_through(given: Mapping[float, float], shape: FloatArray) -> FloatArray:
    """``shape``, quantiles at ``QUANTILE_LEVELS``, moved so that it meets the ``given`` quantiles.

    Between two given levels the move is interpolated; beyond the first and the last it is kept,
    so that tails of which nothing was said keep their shape.
    """
    levels = np.array(sorted(given))
    wanted = np.array([given[level] for level in levels.tolist()])
    moved = shape + np.interp(LEVELS, levels, wanted - np.interp(levels, LEVELS, shape))
    drawn: FloatArray = np.maximum.accumulate(np.maximum(moved, 0.0))
    return drawn


def quantiles_by_row(values: FloatArray, levels: FloatArray) -> FloatArray:
    """Empirical quantiles of each row of ``values``, NaN left out; NaN where a row is empty.

    Linear between order statistics (Hyndman and Fan 1996, definition 7).
    """
    rows = len(values)
    if values.shape[1] == 0:
        return np.full((rows, len(levels)), np.nan)
    ordered = np.sort(values, axis=1)
    last = (~np.isnan(values)).sum(axis=1, keepdims=True) - 1
    position = np.maximum(last, 0) * levels[None, :]
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(last, 0))
    low = np.take_along_axis(ordered, below, axis=1)
    high = np.take_along_axis(ordered, above, axis=1)
    quantiles: FloatArray = low + (position - below) * (high - low)
    return quantiles
