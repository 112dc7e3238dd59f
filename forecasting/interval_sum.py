"""Rolling-origin forecasts of the demand sum over the next weeks, and what came instead.

The protection interval's demand is what is ordered against, so its sum is forecast and judged as
one number; quantiles of single weeks cannot be added up.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.demand_class import DemandClass
from forecasting.quantile_levels import BoolArray, FloatArray, IntArray
from forecasting.smoothing import SMOOTHING, SmoothedHistory

LATEST_ORIGINS = 52
"""Errors older than a year of origins are left out."""

LEAST_ERRORS = 4
"""With fewer errors a series' own choice of smoothing is not listened to."""

CLASS_LOSS_ERRORS = 100
"""The class's view of a smoothing constant counts like so many errors of the series."""

LOSS_POWER = 8
LEAST_LOSS = 0.01
"""A constant that never erred on a steady series is not infinitely better than the others."""
"""How sharply smoothing constants with a smaller error are preferred."""

NEW_PRIOR_WEEKS = 1
"""A new series' level is mixed with so many weeks at the assortment's typical level."""


@dataclass(frozen=True)
class RollingSums:
    """Sums over ``horizon`` weeks after each origin, (origins, series), and what was known there.

    ``levels`` is (origins, constants, series). ``known`` is false before the first sale.
    """

    horizon: int
    history: SmoothedHistory
    levels: FloatArray
    sold: FloatArray
    tamed: FloatArray
    known: BoolArray
    age: IntArray
    classes: IntArray

    def errors(self) -> IntArray:
        """Number of origins per series."""
        errors: IntArray = self.known.sum(axis=0)
        return errors


def rolling_sums(history: SmoothedHistory, horizon: int) -> RollingSums:
    """All origins of ``history`` from which ``horizon`` weeks (at least 1) have passed since."""
    last = max(history.weeks - horizon, 0)
    first = max(last - LATEST_ORIGINS, 0)
    at = slice(first, last)
    return RollingSums(
        horizon,
        history,
        history.levels[at],
        window_sums(history.sold, horizon)[first + 1 :],
        window_sums(history.tamed, horizon)[first + 1 :],
        history.known[at],
        history.age[at],
        history.classes[at],
    )


def window_sums(quantity: FloatArray, horizon: int) -> FloatArray:
    """Sums over ``horizon`` weeks from each week on: (weeks - horizon + 1, series)."""
    weeks, series = quantity.shape
    if weeks < horizon:
        return np.zeros((0, series))
    total = np.concatenate([np.zeros((1, series)), quantity.cumsum(axis=0)])
    sums: FloatArray = total[horizon:] - total[:-horizon]
    return sums


def relative_losses(rolling: RollingSums) -> tuple[FloatArray, BoolArray]:
    """Mean absolute error of each smoothing constant against the mean of all, (constants, series).

    And for which series it is told by enough errors; 1 for the others.
    """
    error = np.abs(rolling.tamed[:, None, :] - rolling.horizon * rolling.levels)
    loss = np.where(rolling.known[:, None, :], error, 0.0).sum(axis=0)
    mean = loss.mean(axis=0)
    told = (rolling.errors() >= LEAST_ERRORS) & (mean > 0)
    return np.where(told, loss / np.where(told, mean, 1.0), 1.0), told


@dataclass(frozen=True)
class BlendedForecast:
    """Expected sums: at each past origin (origins, series; 0 where unknown), and now (series)."""

    past: FloatArray
    now: FloatArray


def blend(rolling: RollingSums, class_losses: FloatArray, typical_level: float) -> BlendedForecast:
    """Expected sums with each series' own weights over the smoothing constants.

    The weight is the relative loss to the power -8, after the loss has been shrunk towards the
    loss of the series' class (``class_losses``: classes, constants). A new series' level is mixed
    with ``typical_level`` (per week). Combining beats choosing: Barrow and Kourentzes 2016.
    """
    history = rolling.history
    own, told = relative_losses(rolling)
    errors = np.where(told, rolling.errors(), 0)
    of_class = class_losses[_newest(history.classes, DemandClass.NEW)].T
    shrunk = (own * errors + of_class * CLASS_LOSS_ERRORS) / (errors + CLASS_LOSS_ERRORS)
    weights = np.maximum(shrunk, LEAST_LOSS) ** -LOSS_POWER
    weights = weights / weights.sum(axis=0)
    past = np.zeros(rolling.sold.shape)
    now = np.zeros(rolling.sold.shape[1])
    for constant in range(len(SMOOTHING)):
        past += weights[constant] * np.nan_to_num(rolling.levels[:, constant])
        if history.weeks:
            now += weights[constant] * np.nan_to_num(history.levels[-1, constant])
    past = _mix_if_new(past, rolling.age, rolling.classes, typical_level)
    newest_age = _newest(history.age, 0)
    newest_class = _newest(history.classes, DemandClass.NEW)
    now = _mix_if_new(now, newest_age, newest_class, typical_level)
    return BlendedForecast(
        np.where(rolling.known, past, 0.0) * rolling.horizon, now * rolling.horizon
    )


def _mix_if_new(
    level: FloatArray, age: IntArray, classes: IntArray, typical_level: float
) -> FloatArray:
    mixed = (level * age + typical_level * NEW_PRIOR_WEEKS) / (age + NEW_PRIOR_WEEKS)
    return np.where(classes == DemandClass.NEW, mixed, level)


def _newest(by_week: IntArray, empty: int) -> IntArray:
    """The last row, or ``empty`` for each series where there is no week yet."""
    return by_week[-1] if len(by_week) else np.full(by_week.shape[1], empty, dtype=np.int64)


def newest_classes(history: SmoothedHistory) -> IntArray:
    """Class of each series after the last week."""
    return _newest(history.classes, DemandClass.NEW)
