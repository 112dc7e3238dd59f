"""Forecast value added: did a person's change of a forecast bring it nearer to what came.

Gilliland, "The Business Forecasting Deal" (Wiley 2010): the value added of a step of the
forecasting process is the error before the step less the error after it, over the same periods.
The error is the weighted absolute percentage error, WAPE = Σ |actual − forecast| /
Σ |actual|: single weeks without a sale would make a mean of percentages infinite.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class JudgedWeek:
    """Demand of a week that is over, as forecast without and with the override, and as it came."""

    own: float
    overridden: float
    actual: float


@dataclass(frozen=True)
class ValueAdded:
    """The sums over some weeks, base units."""

    weeks: int
    actual: float
    own_error: float
    overridden_error: float

    @property
    def units(self) -> float:
        """Absolute error that the overrides saved, base units; below zero they did harm."""
        return self.own_error - self.overridden_error

    @property
    def own_wape(self) -> float | None:
        """WAPE of the own forecast, share of one; None where nothing was sold."""
        return self._wape(self.own_error)

    @property
    def overridden_wape(self) -> float | None:
        """WAPE with the overrides, share of one; None where nothing was sold."""
        return self._wape(self.overridden_error)

    @property
    def percentage_points(self) -> float | None:
        """Value added in points of WAPE; None where nothing was sold."""
        saved = self._wape(self.units)
        return None if saved is None else 100 * saved

    def _wape(self, error: float) -> float | None:
        return error / self.actual if self.actual > 0 else None


def value_added(weeks: Iterable[JudgedWeek]) -> ValueAdded:
    """The value that overrides added over ``weeks``."""
    judged = list(weeks)
    return ValueAdded(
        weeks=len(judged),
        actual=sum(abs(week.actual) for week in judged),
        own_error=sum(abs(week.actual - week.own) for week in judged),
        overridden_error=sum(abs(week.actual - week.overridden) for week in judged),
    )
