"""A planner's override of a baseline: another expectation for some days of the interval.

The baseline's mean over the protection interval is taken to fall evenly on its days. On the days
that an override covers, a factor or an absolute demand takes its place; the days between stay as
they are. The distribution is then scaled to the new mean, so that its quantiles keep their shape
relative to it: a planner knows how much more will be sold, not how certain it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from forecasting.quantile_levels import QUANTILE_LEVELS

_DAYS_PER_WEEK = 7
_LEAST_MEAN = 1e-6
"""Base units; what expects less has no shape that could be scaled."""

_STANDARD_QUANTILES = tuple(NormalDist().inv_cdf(level) for level in QUANTILE_LEVELS)


@dataclass(frozen=True)
class IntervalBaseline:
    """Demand over the next ``days`` (at least 1): mean and quantiles at ``QUANTILE_LEVELS``."""

    days: int
    mean: float
    quantiles: tuple[float, ...]


@dataclass(frozen=True)
class OverriddenDays:
    """So many days of the interval on which a person expects something else.

    Exactly one of ``factor`` (of the own mean, 0 or more) and ``per_week`` (demand a week, base
    units, 0 or more) is given.
    """

    days: int
    factor: float | None = None
    per_week: float | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.factor, self.per_week) if value is not None]
        if len(given) != 1 or given[0] < 0 or self.days < 0:
            raise ValueError(
                f"{self}: give either a factor or a demand per week, and nothing below zero"
            )

    def change(self, own_per_day: float) -> float:
        """What it adds to the expected demand of the interval; below zero where it takes away."""
        if self.factor is not None:
            return own_per_day * self.days * (self.factor - 1)
        return ((self.per_week or 0.0) / _DAYS_PER_WEEK - own_per_day) * self.days


@dataclass(frozen=True)
class OverriddenInterval:
    """The baseline as overridden, and what each part of ``changes`` adds to the own mean."""

    mean: float
    quantiles: tuple[float, ...]
    changes: tuple[float, ...]


def override_interval(own: IntervalBaseline, parts: Sequence[OverriddenDays]) -> OverriddenInterval:
    """Lay ``parts``, which cover different days, over ``own``; raises ValueError if they cannot."""
    if sum(part.days for part in parts) > own.days:
        raise ValueError("the overridden days are more than the interval has: pass each day once")
    changes = tuple(part.change(own.mean / own.days) for part in parts)
    if not any(changes):
        return OverriddenInterval(own.mean, own.quantiles, changes)
    mean = max(own.mean + sum(changes), 0.0)
    return OverriddenInterval(mean, brought_to(mean, own.mean, own.quantiles), changes)


def brought_to(mean: float, own_mean: float, quantiles: Sequence[float]) -> tuple[float, ...]:
    """The distribution with ``quantiles`` at ``QUANTILE_LEVELS`` and ``own_mean``, at ``mean``.

    A baseline of zero has no shape to keep: its distribution is then as narrow as that of
    independent customers is at least, a Poisson's by its normal approximation.
    """
    if own_mean >= _LEAST_MEAN:
        return tuple(quantile * (mean / own_mean) for quantile in quantiles)
    return tuple(max(mean + z * mean**0.5, 0.0) for z in _STANDARD_QUANTILES)


def overridden_week(own_per_week: float, parts: Sequence[OverriddenDays]) -> float:
    """The demand of one week as overridden, base units; the same arithmetic as the interval's."""
    if sum(part.days for part in parts) > _DAYS_PER_WEEK:
        raise ValueError("a week has seven days: pass each day once")
    own_per_day = own_per_week / _DAYS_PER_WEEK
    return max(own_per_week + sum(part.change(own_per_day) for part in parts), 0.0)
