"""A demand distribution over other days than those it was fitted for."""

import numpy as np

from forecasting.quantile_levels import FloatArray, mean_of_quantiles


def quantiles_over(
    quantiles: FloatArray, interval_days: FloatArray, horizon_days: FloatArray
) -> FloatArray:
    """Quantiles of demand over ``horizon_days`` from those over ``interval_days``.

    ``quantiles`` is (series, levels), in base units; the days are (series,), at least 1. Where
    the days are independent and alike, the mean grows with their number and the spread with its
    root, which is how safety stock is brought from one lead time to another: Silver, Pyke and
    Thomas, Inventory and Production Management in Supply Chains, 4th ed., section 6.7. The shape
    is kept; what falls below zero is cut off there and the rest drawn in, so that the mean stays
    right.

    Two limits. A sum over more days is closer to the normal distribution than its parts, so a
    skewed shape is kept too skewed over a longer horizon, and over a shorter one not skewed
    enough: the chance of no demand at all is underestimated for an item that sells rarely. And
    the level itself is uncertain, in the same direction on all days, so that over a much longer
    horizon the true spread lies between the root and the number of days.
    """
    ratio = (horizon_days / interval_days)[:, None]
    mean = mean_of_quantiles(quantiles)[:, None]
    stretched = np.maximum(mean * ratio + (quantiles - mean) * np.sqrt(ratio), 0.0)
    ordered = np.maximum.accumulate(stretched, axis=1)
    reached = mean_of_quantiles(ordered)[:, None]
    drawn_in = np.divide(mean * ratio, reached, out=np.ones_like(reached), where=reached > 0)
    result: FloatArray = ordered * drawn_in
    return result
