"""Weekly demand of an (item, location), as charts show it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.feeds.tables import SalesLineRow
from service.work.dirty_keys import Key

WEEKS_SHOWN = 39


@dataclass(frozen=True)
class WeekOfDemand:
    """Sold less returned in the seven days from ``start``; base units."""

    start: date
    quantity: float


def week_of(day: date, week_start: int) -> date:
    """The first day of the planning week that ``day`` is in; ``week_start`` is an ISO weekday."""
    return day - timedelta(days=(day.isoweekday() - week_start) % 7)


def weekly_demand(
    session: Session, key: Key, today: date, week_start: int = 1
) -> list[WeekOfDemand]:
    """The last whole weeks before ``today``, oldest first; weeks without sales are zero."""
    end = week_of(today, week_start)
    first = end - timedelta(weeks=WEEKS_SHOWN)
    item_id, location_id = key
    by_day = session.execute(
        select(SalesLineRow.sold_on, func.sum(SalesLineRow.quantity))
        .where(
            SalesLineRow.item_id == item_id,
            SalesLineRow.location_id == location_id,
            SalesLineRow.sold_on >= first,
            SalesLineRow.sold_on < end,
            SalesLineRow.gone.is_(False),
        )
        .group_by(SalesLineRow.sold_on)
    )
    sums = dict.fromkeys((first + timedelta(weeks=week) for week in range(WEEKS_SHOWN)), 0.0)
    for sold_on, quantity in by_day:
        sums[week_of(sold_on, week_start)] += float(quantity)
    return [WeekOfDemand(start, quantity) for start, quantity in sums.items()]
