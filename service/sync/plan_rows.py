"""Another system's plan, read from a connected system instead of sent in a request."""

from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from adapters.ports import FlatRow, IncomingBatch
from service.feeds.batches import UnreadableRow
from service.feeds.outside_intake import OutsideBatch, take
from service.feeds.outside_rows import OutsideRow, read_outside_row
from service.sync.taking import Take, Taken, answered, numbered, unreadable


def prepare_plan(system: str, batch: IncomingBatch) -> Take:
    """Read the rows; taking them is the same as over the API."""
    numbers: list[int] = []
    rows: list[OutsideRow | UnreadableRow] = []
    for number, row in numbered(batch):
        read = (
            read_outside_row(system, dict(row.values), len(rows))
            if isinstance(row, FlatRow)
            else cast("OutsideRow", row)
        )
        rows.append(read)
        numbers.append(number)
    plan = OutsideBatch(system, rows)

    def taken(session: Session, now: datetime) -> Taken:
        return answered(take(session, plan, now), numbers, unreadable(batch))

    return taken
