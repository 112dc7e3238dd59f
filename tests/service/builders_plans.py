"""Another planning system, called foresight, that tells of bottles at UK."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import RowResult
from service.feeds.outside_intake import take_flat
from service.forecasts.scopes import Area, NewScope, Use, use_outside
from service.forecasts.tables import ForecastScopeRow
from service.work.business_date import business_date

FORESIGHT = "foresight"
MONDAY = date(2011, 8, 29)
AS_OF = "2011-08-29T05:00:00Z"


def bucket(week: int, mean: str = "70", **fields: Any) -> dict[str, Any]:
    """The forecast of a week, counted from the one that begins today."""
    start = MONDAY + timedelta(weeks=week)
    return {
        "kind": "forecast",
        "version": 1,
        "as_of": AS_OF,
        "item_id": "BOTTLE",
        "location_id": "UK",
        "start": start.isoformat(),
        "end": (start + timedelta(days=6)).isoformat(),
        "mean": mean,
        **fields,
    }


def weeks(count: int, mean: str = "70", **fields: Any) -> list[dict[str, Any]]:
    """So many weeks from today on."""
    return [bucket(week, mean, **fields) for week in range(count)]


def advice(quantity: str = "100", **fields: Any) -> dict[str, Any]:
    """A recommendation to order so much."""
    return {
        "kind": "recommendation",
        "version": 1,
        "as_of": AS_OF,
        "item_id": "BOTTLE",
        "location_id": "UK",
        "quantity": quantity,
        "required_date": "2011-09-12",
        **fields,
    }


def tell(
    context: ServiceContext, *rows: Any, system: str = FORESIGHT, now: datetime | None = None
) -> list[RowResult]:
    """The system tells these rows together."""
    with context.database.write() as session:
        return take_flat(session, system, rows, now or context.clock())


def open_exceptions(context: ServiceContext) -> list[ExceptionRow]:
    """What waits in the exception queue."""
    with context.database.read() as session:
        rows = select(ExceptionRow).where(ExceptionRow.state == "open")
        return list(session.scalars(rows.order_by(ExceptionRow.exception_id)))


def put_in_charge(
    context: ServiceContext, use: Use = Use.FORECAST, until: date | None = None, **area: str
) -> ForecastScopeRow:
    """From today on the system's word counts there."""
    wanted = NewScope(FORESIGHT, use, Area(**area), "trial", until)
    now = context.clock()
    with context.database.write() as session:
        return use_outside(session, wanted, "anna", business_date(session, now), now)
