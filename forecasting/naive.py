"""The naive forecast to beat: the last interval's sum, with the quantiles of its past errors."""

from collections.abc import Sequence

import numpy as np

from forecasting.interval_sum import window_sums
from forecasting.quantile_levels import FloatArray, quantiles_by_row
from forecasting.smoothing import SmoothedHistory


def naive_quantiles(history: SmoothedHistory, horizon: int, levels: Sequence[float]) -> FloatArray:
    """Quantiles of the sum over the next ``horizon`` weeks, (series, levels), not below zero.

    An error is the difference of a sum to that of the same length right before it, from the first
    sale on. A series without any error has its last sum at every level.
    """
    sums = window_sums(history.sold, horizon)
    if not len(sums):
        return np.zeros((history.sold.shape[1], len(levels)))
    errors = sums[horizon:] - sums[:-horizon] if len(sums) > horizon else sums[:0]
    known = history.known[: len(errors)]
    past = quantiles_by_row(np.where(known, errors, np.nan).T, np.array(levels))
    quantiles: FloatArray = np.maximum(sums[-1][:, None] + np.nan_to_num(past), 0)
    return quantiles
