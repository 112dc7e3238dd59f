"""How often data is expected, by system and kind."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.upsert import upsert
from service.feeds.batches import FeedKind
from service.go_live.tables import DataRhythmRow

_DAY = timedelta(days=1)

DEFAULT_RHYTHMS: Mapping[FeedKind, timedelta] = {
    FeedKind.SALES_LINES: _DAY,
    FeedKind.STOCK_POSITIONS: _DAY,
    FeedKind.OPEN_ORDERS: _DAY,
    FeedKind.ITEMS: timedelta(days=7),
    FeedKind.ACCOUNTS: timedelta(days=7),
    FeedKind.SUPPLIER_TERMS: timedelta(days=31),
    FeedKind.SUPPLIER_CONDITIONS: timedelta(days=92),
    FeedKind.TRANSFER_LANES: timedelta(days=92),
    FeedKind.ORDER_POINTS: timedelta(days=92),
    FeedKind.LOCATIONS: timedelta(days=92),
}
"""Stock and orders move by the day; a network by the season."""

_UNITS = {"h": timedelta(hours=1), "d": _DAY, "w": timedelta(weeks=1)}
_SPAN = re.compile(r"([1-9][0-9]{0,3})([hdw])")


def span(text: str) -> timedelta:
    """``6h``, ``1d`` or ``2w`` as a duration; raises ValueError for anything else."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no span of time; write for example 6h, 1d or 2w")
    return int(found[1]) * _UNITS[found[2]]


def expect(session: Session, system: str, kind: FeedKind, every: timedelta, now: datetime) -> None:
    """Expect data of ``kind`` from ``system`` at least once in ``every``."""
    row = {
        "system": system,
        "kind": kind.value,
        "every_seconds": int(every.total_seconds()),
        "set_at": now,
    }
    upsert(session, DataRhythmRow, [row], key=("system", "kind"))


def expected(session: Session) -> dict[tuple[str, str], timedelta]:
    """The rhythms that an operator has set, by (system, kind)."""
    rows = session.execute(
        select(DataRhythmRow.system, DataRhythmRow.kind, DataRhythmRow.every_seconds)
    )
    return {(row[0], row[1]): timedelta(seconds=row[2]) for row in rows}
