"""Notes that data came in, so that its age is known without a look at the data itself."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, or_, update
from sqlalchemy.orm import Session

from adapters.canonical.demand import SalesLine
from adapters.canonical.supply import StockPosition
from service.database.upsert import insert_into
from service.feeds.batches import FeedBatch, Outcome, RowResult
from service.feeds.tables import FeedArrivalRow

_AHEAD = timedelta(days=1)
"""A day later than this is a slip of the sender; it would hide for ever that data is late."""


def note_arrival(
    session: Session, batch: FeedBatch, results: Sequence[RowResult], now: datetime
) -> None:
    """Note that ``batch`` came in: one statement.

    A batch without rows is a sign of life; one of which every row was rejected is none.
    """
    taken = [row for row in results if row.result is not Outcome.REJECTED]
    if results and not taken:
        return
    days = [
        day
        for result in taken
        if (day := _business_day(batch.rows[result.row])) and day <= now.date() + _AHEAD
    ]
    fresh = insert_into(session, FeedArrivalRow).values(
        system=batch.system,
        kind=str(batch.kind),
        arrived_at=now,
        newest_day=max(days, default=None),
        batch_rows=len(taken),
        total_rows=len(taken),
    )
    told, known = fresh.excluded.newest_day, FeedArrivalRow.newest_day
    session.execute(
        fresh.on_conflict_do_update(
            index_elements=("system", "kind"),
            set_={
                "arrived_at": fresh.excluded.arrived_at,
                "newest_day": case((or_(known.is_(None), told > known), told), else_=known),
                "batch_rows": fresh.excluded.batch_rows,
                "total_rows": FeedArrivalRow.total_rows + fresh.excluded.total_rows,
            },
        )
    )


def note_nothing_new(session: Session, system: str, kinds: Collection[str], now: datetime) -> None:
    """Note the system's word that of these kinds all there is came in: it is fresh."""
    session.execute(
        update(FeedArrivalRow)
        .where(FeedArrivalRow.system == system, FeedArrivalRow.kind.in_(sorted(kinds)))
        .values(arrived_at=now)
        .execution_options(synchronize_session=False)
    )


def _business_day(row: Any) -> date | None:
    if isinstance(row, SalesLine):
        return row.sold_on
    return row.as_of.date() if isinstance(row, StockPosition) else None
