"""Once a week is over: what was forecast without and with the override, and what came.

The own forecast is the baseline as it stood when the override was made: that is what the person
saw and changed. A week is measured again on each new planning day for two weeks, since sales are
reported late; after that its figures stand.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forecasting.override import OverriddenDays, overridden_week
from service.database.key_sets import rows_of_keys
from service.database.upsert import upsert
from service.feeds.tables import StockPositionRow
from service.forecasts.demand_history import daily_sales
from service.forecasts.overrides import covered_days
from service.forecasts.tables import ForecastOverrideRow, OverrideWeekRow
from service.work.business_date import business_date, planning_week
from service.work.dirty_keys import Key
from service.work.tables import GenerationRow

MEASURED_FOR = timedelta(weeks=2)
_WEEK = timedelta(weeks=1)
_MEASURED_DAY = "override_weeks"


def measure_passed_weeks(session: Session, now: datetime) -> int:
    """Measure the weeks that are over, once a planning day; returns how many were measured."""
    today = business_date(session, now)
    measured = session.get(GenerationRow, _MEASURED_DAY)
    if measured is not None and measured.value == today.toordinal():
        return 0
    unsettled = today - MEASURED_FOR
    since = min(date.fromordinal(measured.value), unsettled) if measured else unsettled
    row = {"name": _MEASURED_DAY, "value": today.toordinal()}
    upsert(session, GenerationRow, [row], key=("name",))
    weeks = _weeks_to_measure(session, since, today)
    if weeks:
        rows = _measured(session, weeks, today)
        upsert(session, OverrideWeekRow, rows, key=("override_id", "week"))
    return len(weeks)


def _weeks_to_measure(
    session: Session, since: date, today: date
) -> list[tuple[ForecastOverrideRow, date]]:
    """Overrides with each of their weeks that ended after ``since`` and is over now."""
    end = planning_week(today)
    first = planning_week(since) - _WEEK
    found = session.scalars(
        select(ForecastOverrideRow).where(
            ForecastOverrideRow.starts_on < end,
            ForecastOverrideRow.expires_on > first,
            ForecastOverrideRow.starts_on < ForecastOverrideRow.expires_on,
            ForecastOverrideRow.own_per_week.is_not(None),
        )
    ).all()
    mondays = [first + _WEEK * number for number in range((end - first) // _WEEK)]
    return [(row, monday) for row in found for monday in mondays if _covered(row, monday)]


def _covered(row: ForecastOverrideRow, monday: date) -> int:
    return covered_days((row.starts_on, row.expires_on), (monday, monday + _WEEK))


def _measured(
    session: Session, weeks: list[tuple[ForecastOverrideRow, date]], today: date
) -> list[dict[str, Any]]:
    keys = {(row.item_id, row.location_id) for row, _ in weeks}
    sold, empty = _sold_by_week(session, keys, today), _out_of_stock(session, keys)
    return [
        {
            "override_id": row.override_id,
            "week": monday,
            "author": row.author,
            "own": row.own_per_week or 0.0,
            "overridden": overridden_week(row.own_per_week or 0.0, [_days(row, monday)]),
            "actual": sold.get((row.item_id, row.location_id, monday), 0.0),
            "out_of_stock": (row.item_id, row.location_id) in empty,
            "measured_on": today,
        }
        for row, monday in weeks
    ]


def _days(row: ForecastOverrideRow, monday: date) -> OverriddenDays:
    return OverriddenDays(
        _covered(row, monday),
        None if row.factor is None else float(row.factor),
        None if row.per_week is None else float(row.per_week),
    )


def _sold_by_week(
    session: Session, keys: set[Key], before: date
) -> Mapping[tuple[str, str, date], float]:
    sold: defaultdict[tuple[str, str, date], float] = defaultdict(float)
    for item_id, location_id, day, quantity in daily_sales(session, keys, before).iter_rows():
        sold[item_id, location_id, planning_week(day)] += quantity
    return sold


def _out_of_stock(session: Session, keys: set[Key]) -> set[Key]:
    positions = select(StockPositionRow.item_id, StockPositionRow.location_id).where(
        StockPositionRow.gone.is_(False),
        StockPositionRow.on_hand - StockPositionRow.unusable <= 0,
    )
    return {
        (item_id, location_id)
        for item_id, location_id in rows_of_keys(session, positions, StockPositionRow.item_id, keys)
    }
