"""Keys whose outlook outside systems must be told anew, if it has changed.

The recompute marks what it has looked at, the relay what proposals went through; the refresh
reads a batch, computes the outlooks, publishes those that differ from what was told last, and
clears the keys that have not been marked again since.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from service.database.base import new_id
from service.database.upsert import insert_into
from service.work.dirty_keys import Key
from service.work.tables import StaleOutlookRow

_KEYS_PER_STATEMENT = 500


@dataclass(frozen=True)
class StaleOutlook:
    """A key as read: refresh it, then clear it under this mark."""

    key: Key
    mark: UUID


def mark(session: Session, keys: Iterable[Key], now: datetime) -> int:
    """Mark ``keys`` within the caller's transaction; returns how many."""
    token = new_id()
    rows = [
        {"item_id": item_id, "location_id": location_id, "mark": token, "marked_at": now}
        for item_id, location_id in sorted(set(keys))
    ]
    if rows:
        fresh = insert_into(session, StaleOutlookRow)
        session.connection().execute(
            fresh.on_conflict_do_update(
                index_elements=("item_id", "location_id"),
                set_={"mark": fresh.excluded.mark, "marked_at": fresh.excluded.marked_at},
            ),
            rows,
        )
    return len(rows)


def read(session: Session, limit: int) -> list[StaleOutlook]:
    """The keys that have waited longest, at most ``limit``."""
    oldest = (
        select(StaleOutlookRow.item_id, StaleOutlookRow.location_id, StaleOutlookRow.mark)
        .order_by(StaleOutlookRow.marked_at, StaleOutlookRow.item_id, StaleOutlookRow.location_id)
        .limit(limit)
    )
    return [StaleOutlook((row[0], row[1]), row[2]) for row in session.execute(oldest)]


def clear(session: Session, done: Iterable[StaleOutlook]) -> None:
    """Clear the keys whose mark is the one that was read."""
    columns = tuple_(StaleOutlookRow.item_id, StaleOutlookRow.location_id, StaleOutlookRow.mark)
    read_as = sorted((*entry.key, entry.mark) for entry in done)
    for start in range(0, len(read_as), _KEYS_PER_STATEMENT):
        session.execute(
            delete(StaleOutlookRow)
            .where(columns.in_(read_as[start : start + _KEYS_PER_STATEMENT]))
            .execution_options(synchronize_session=False)
        )
