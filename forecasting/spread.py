"""Each series' own spread: how far its sums fall from what was expected."""

import numpy as np

from forecasting.interval_sum import (
    LEAST_ERRORS,
    BlendedForecast,
    RollingSums,
    newest_classes,
)
from forecasting.quantile_levels import BoolArray, FloatArray

LAW_PARAMETERS = 2
LAW_ERRORS = 8
"""The law of the class counts like so many errors of the series itself."""

_LEAST_SERIES = 20
_PRIOR_ERRORS = 2
_KEPT_SHARE = 0.98
_SMALLEST = 1e-6


def fit_spread_law(
    rolling: RollingSums, forecast: BlendedForecast, group: BoolArray
) -> FloatArray | None:
    """How the squared error grows with the expected sum m: error² = exp(c) m^p, as (p, c).

    Taylor's power law (L. R. Taylor, Nature 189 (1961), 732-735), fitted by least squares over
    the logarithms of the series of ``group``, then levelled so that it meets the mean of the
    squared errors without their largest 2 per cent. With fewer than 20 series the spread is
    taken as proportional to the sum, and an error as large as the sum counts like two of
    theirs. None without any series.
    """
    errors = rolling.errors()
    squares = squared_errors(rolling, forecast)
    expected = forecast.past.sum(axis=0) / np.maximum(errors, 1)
    told = group & (errors >= LEAST_ERRORS) & (expected > _SMALLEST) & (squares > 0)
    if not told.any():
        return None
    if told.sum() < _LEAST_SERIES:
        relative = (squares[told] / expected[told] ** 2).sum() + _PRIOR_ERRORS
        return np.array([2.0, np.log(relative / (errors[told].sum() + _PRIOR_ERRORS))])
    mean, square = expected[told], squares[told] / errors[told]
    x, y = np.log(mean), np.log(square)
    varied = x.var() > 0
    power = (
        float(np.clip(((x - x.mean()) * (y - y.mean())).mean() / x.var(), 1, 2)) if varied else 2
    )
    ratio = np.sort(square / mean**power)
    kept = ratio[: int(len(ratio) * _KEPT_SHARE) + 1]
    return np.array([power, np.log(kept.mean())])


def squared_errors(rolling: RollingSums, forecast: BlendedForecast) -> FloatArray:
    """Sum of squared errors per series, outliers tamed."""
    error = np.where(rolling.known, rolling.tamed - forecast.past, 0.0)
    squares: FloatArray = (error**2).sum(axis=0)
    return squares


def own_spread(rolling: RollingSums, forecast: BlendedForecast, law: FloatArray) -> FloatArray:
    """Root of the mean squared error per series, shrunk towards the law of its class.

    ``law`` is (classes, 2) as of ``fit_spread_law``; the law speaks of what is expected now.
    """
    power, constant = law[newest_classes(rolling.history)].T
    by_law = np.exp(constant) * np.maximum(forecast.now, _SMALLEST) ** power
    errors = rolling.errors()
    squares = squared_errors(rolling, forecast)
    spread: FloatArray = np.sqrt((squares + LAW_ERRORS * by_law) / (errors + LAW_ERRORS))
    return spread
