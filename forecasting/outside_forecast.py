"""The demand of a protection interval out of another system's buckets.

A bucket's demand is spread evenly over its days. What the other system says of the uncertainty
counts where it speaks of exactly this interval; quantiles of single weeks do not add up to
quantiles of their sum. Else our own forecast gives the shape, stretched to the other's mean.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np

from forecasting.quantile_levels import LEVELS, FloatArray, drawn_through, mean_of_quantiles

_DECIMALS = 6
"""As in baselines: figures do not depend on the order of summation."""


@dataclass(frozen=True)
class Bucket:
    """Demand of the days from ``start`` to ``end``, both included; quantiles by their level."""

    start: date
    end: date
    mean: float
    quantiles: Mapping[float, float] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    def days_within(self, first: date, last: date) -> int:
        """How many of its days lie from ``first`` to ``last``, both included."""
        return max((min(self.end, last) - max(self.start, first)).days + 1, 0)


@dataclass(frozen=True)
class IntervalDemand:
    """Demand over an interval: its mean, and quantiles at ``QUANTILE_LEVELS``."""

    mean: float
    quantiles: tuple[float, ...]


def covers(buckets: Iterable[Bucket], first: date, days: int) -> bool:
    """Whether the buckets, of which no two overlap, speak of every day of the interval."""
    last = first + timedelta(days=days - 1)
    return sum(bucket.days_within(first, last) for bucket in buckets) == days


def prorated(buckets: Iterable[Bucket], first: date, days: int) -> float:
    """Expected demand of the ``days`` days from ``first`` on; each bucket by its days in them."""
    last = first + timedelta(days=days - 1)
    parts = [bucket.mean * bucket.days_within(first, last) / bucket.days for bucket in buckets]
    return float(np.sum(np.array(parts)))


def outside_interval(
    buckets: Sequence[Bucket], first: date, days: int, own_quantiles: Sequence[float]
) -> IntervalDemand | None:
    """Demand over [first, first + days) after the other system; None where days are missing.

    ``own_quantiles``, at ``QUANTILE_LEVELS``, are our own forecast of the same interval.
    """
    if not covers(buckets, first, days):
        return None
    mean = prorated(buckets, first, days)
    quantiles = _stretched(np.array(own_quantiles, dtype=np.float64), mean)
    last = first + timedelta(days=days - 1)
    whole = next((one for one in buckets if (one.start, one.end) == (first, last)), None)
    if whole is not None and whole.quantiles:
        quantiles = drawn_through(whole.quantiles, quantiles)
    return IntervalDemand(round(mean, _DECIMALS), tuple(quantiles.round(_DECIMALS).tolist()))


def _stretched(own: FloatArray, mean: float) -> FloatArray:
    """Our shape with another mean.

    Where our own forecast is zero throughout it has no shape. Then the spread is that of chance
    alone, whose variance equals the mean (Poisson): no forecast is more certain than that.
    """
    own_mean = float(mean_of_quantiles(own[None, :])[0])
    if own_mean > 0:
        stretched: FloatArray = own * (mean / own_mean)
        return stretched
    chance = np.array([NormalDist().inv_cdf(level) for level in LEVELS.tolist()])
    by_chance: FloatArray = np.maximum(mean + chance * np.sqrt(mean), 0.0)
    return by_chance
