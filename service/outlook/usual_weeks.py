"""The usual demand of coming weeks, deals left out, as it is planned with.

It is our own forecast, with what planners have put in its place on some days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from forecasting.override import OverriddenDays, overridden_week
from forecasting.weekly_demand import DAYS
from service.forecasts.overrides import covered_days, overrides_between
from service.forecasts.tables import ForecastOverrideRow, SeriesForecastRow
from service.work.dirty_keys import Key

_WEEK = timedelta(days=DAYS)


@dataclass(frozen=True)
class UsualWeek:
    """What a week needs without any deal, base units; ``override`` is planners' part of it."""

    mean: float
    override: float = 0.0


@dataclass(frozen=True)
class UsualWeeks:
    """The usual demand of a key, week by week; without a forecast there is no week."""

    weeks: tuple[UsualWeek, ...] = ()
    overrides: tuple[tuple[str, int], ...] = ()
    """Id and version of each override that holds on a day of these weeks."""


def usual_weeks(
    session: Session,
    forecasts: Mapping[Key, SeriesForecastRow],
    weeks: Mapping[Key, tuple[date, ...]],
) -> dict[Key, UsualWeeks]:
    """The usual demand of the keys with a forecast, in each of their ``weeks``."""
    if not forecasts:
        return {}
    first = min(weeks[key][0] for key in forecasts)
    end = max(weeks[key][-1] for key in forecasts) + _WEEK
    overrides = overrides_between(session, forecasts.keys(), first, end)
    return {
        key: _overridden(forecast.level_per_week, weeks[key], overrides.get(key, ()))
        for key, forecast in forecasts.items()
    }


def _overridden(
    level: float, weeks: Sequence[date], overrides: Sequence[ForecastOverrideRow]
) -> UsualWeeks:
    held = [row for row in overrides if row.starts_on < weeks[-1] + _WEEK]
    return UsualWeeks(
        tuple(_week(level, start, held) for start in weeks),
        tuple((str(row.override_id), row.version) for row in held),
    )


def _week(level: float, start: date, overrides: Sequence[ForecastOverrideRow]) -> UsualWeek:
    mean = overridden_week(level, [_days(row, start) for row in overrides])
    return UsualWeek(mean, mean - level)


def _days(row: ForecastOverrideRow, start: date) -> OverriddenDays:
    return OverriddenDays(
        covered_days((row.starts_on, row.expires_on), (start, start + _WEEK)),
        None if row.factor is None else float(row.factor),
        None if row.per_week is None else float(row.per_week),
    )
