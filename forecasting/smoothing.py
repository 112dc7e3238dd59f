"""Levels: what a series sells per week at the moment, by exponentially weighted means."""

from dataclasses import dataclass

import numpy as np

from forecasting.demand_class import demand_classes
from forecasting.quantile_levels import BoolArray, FloatArray, IntArray

SMOOTHING = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.5])
"""Smoothing constants: the weight of the newest week, once the series is long."""

OUTLIER_RATIO = 5.0


def tame_outliers(demand: FloatArray) -> FloatArray:
    """Weekly demand (weeks, series) with no week above five times the second-largest.

    One giant order must not set the level of its item for months. Errors are still measured
    against what was really sold.
    """
    if len(demand) <= 1:
        return demand
    second = np.partition(np.nan_to_num(demand), -2, axis=0)[-2]
    cap = np.where(second > 0, OUTLIER_RATIO * second, np.inf)
    return np.minimum(demand, cap)


def smoothed_levels(demand: FloatArray) -> FloatArray:
    """Level per week as seen after each week, for each smoothing constant.

    ``demand`` is (weeks, series), NaN before the first sale; the result is (weeks, constants,
    series), NaN there too. Simple exponential smoothing (R. G. Brown 1959) without a starting
    value: week i before the newest has the weight (1 - a)^i, and the weights are made to sum to 1.
    """
    weeks, series = demand.shape
    known = ~np.isnan(demand)
    quantity = np.where(known, demand, 0.0)
    keep = (1 - SMOOTHING)[:, None]
    total = np.zeros((len(SMOOTHING), series))
    weight = np.zeros((len(SMOOTHING), series))
    levels = np.empty((weeks, len(SMOOTHING), series))
    for week in range(weeks):
        total = total * keep + quantity[week]
        weight = weight * keep + known[week]
        levels[week] = total / np.where(weight > 0, weight, np.nan)
    return levels


@dataclass(frozen=True)
class SmoothedHistory:
    """A history with all that the interval forecasts need of it, (weeks, series) each.

    ``sold`` is the demand as it was, ``tamed`` without outliers (both zero before the first
    sale, where ``known`` is false), ``age`` the weeks since the first sale. ``levels`` is (weeks,
    constants, series).
    """

    sold: FloatArray
    tamed: FloatArray
    known: BoolArray
    age: IntArray
    classes: IntArray
    levels: FloatArray

    @property
    def weeks(self) -> int:
        """Length of the history."""
        return len(self.sold)

    def take(self, series: IntArray) -> "SmoothedHistory":
        """The same for some series, by their position."""
        return SmoothedHistory(
            self.sold[:, series],
            self.tamed[:, series],
            self.known[:, series],
            self.age[:, series],
            self.classes[:, series],
            self.levels[:, :, series],
        )


def smooth(demand: FloatArray) -> SmoothedHistory:
    """Smooth the histories in ``demand``: (weeks, series), NaN before the first sale."""
    tamed = tame_outliers(demand)
    known = ~np.isnan(demand)
    return SmoothedHistory(
        sold=np.nan_to_num(demand),
        tamed=np.nan_to_num(tamed),
        known=known,
        age=known.cumsum(axis=0),
        classes=demand_classes(tamed),
        levels=smoothed_levels(tamed),
    )
