"""The usual demand of coming weeks, deals left out, as it is planned with.

It is our own forecast, or that of the planning system in charge as far as it goes, with what
planners have put in its place on some days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from forecasting.outside_forecast import covers, prorated
from forecasting.override import OverriddenDays, overridden_week
from forecasting.weekly_demand import DAYS
from service.forecasts.overrides import covered_days, overrides_between
from service.forecasts.tables import ForecastOverrideRow, SeriesForecastRow
from service.replenishment.outside_inputs import ForecastInUse, forecasts_in_use
from service.work.dirty_keys import Key

_WEEK = timedelta(days=DAYS)


@dataclass(frozen=True)
class UsualWeek:
    """What a week needs without any deal, base units; ``override`` is planners' part of it."""

    mean: float
    override: float = 0.0
    source: str | None = None
    """The planning system whose forecast is used; None where it is our own."""


@dataclass(frozen=True)
class UsualWeeks:
    """The usual demand of a key, week by week; without a forecast there is no week."""

    weeks: tuple[UsualWeek, ...] = ()
    overrides: tuple[tuple[str, int], ...] = ()
    """Id and version of each override that holds on a day of these weeks."""
    outside_version: int | None = None
    """Of the forecast that is used in place of ours."""


def usual_weeks(
    session: Session,
    forecasts: Mapping[Key, SeriesForecastRow],
    weeks: Mapping[Key, tuple[date, ...]],
    today: date,
) -> dict[Key, UsualWeeks]:
    """The usual demand of the keys with a forecast, in each of their ``weeks``."""
    if not forecasts:
        return {}
    first = min(weeks[key][0] for key in forecasts)
    end = max(weeks[key][-1] for key in forecasts) + _WEEK
    overrides = overrides_between(session, forecasts.keys(), first, end)
    outside = forecasts_in_use(session, forecasts, today)
    found = {}
    for key, forecast in forecasts.items():
        held = [row for row in overrides.get(key, ()) if row.starts_on < weeks[key][-1] + _WEEK]
        plan = outside.get(key)
        bases = [_base(forecast.level_per_week, plan, start, today) for start in weeks[key]]
        found[key] = UsualWeeks(
            tuple(_overridden(*pair, held) for pair in zip(weeks[key], bases, strict=True)),
            tuple((str(row.override_id), row.version) for row in held),
            plan.version if plan else None,
        )
    return found


def _base(level: float, plan: ForecastInUse | None, start: date, today: date) -> UsualWeek:
    """A week before overrides. What is left of the running week stands for the whole of it.

    A week of which the other system leaves out a day is ours.
    """
    first = max(start, today)
    days = (start + _WEEK - first).days
    if plan is None or not covers(plan.buckets, first, days):
        return UsualWeek(level)
    return UsualWeek(prorated(plan.buckets, first, days) * DAYS / days, source=plan.system)


def _overridden(
    start: date, base: UsualWeek, overrides: Sequence[ForecastOverrideRow]
) -> UsualWeek:
    mean = overridden_week(base.mean, [_days(row, start) for row in overrides])
    return UsualWeek(mean, mean - base.mean, base.source)


def _days(row: ForecastOverrideRow, start: date) -> OverriddenDays:
    return OverriddenDays(
        covered_days((row.starts_on, row.expires_on), (start, start + _WEEK)),
        None if row.factor is None else float(row.factor),
        None if row.per_week is None else float(row.per_week),
    )
