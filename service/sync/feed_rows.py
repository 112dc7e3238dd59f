"""Rows of the feeds, from a connected system instead of a request."""

import hashlib
from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from adapters.canonical.identity import Canonical
from adapters.ports import FlatRow, IncomingBatch
from service.feeds.batches import (
    CanonicalRow,
    FeedBatch,
    FeedKind,
    FeedRow,
    SnapshotPart,
    UnreadableRow,
)
from service.feeds.intake import take
from service.feeds.row_problems import Fault, row_problem
from service.feeds.row_reading import read_row
from service.sync.taking import MEND, Take, Taken, answered, numbered

_REFERENCE_LENGTH = 64


def prepare_feed(system: str, batch: IncomingBatch) -> Take:
    """Read the rows; taking them is the same as over the API."""
    kind = FeedKind(batch.kind.value)
    rows: list[FeedRow] = []
    numbers: list[int] = []
    for number, row in numbered(batch):
        rows.append(_read(kind, system, row, len(rows)))
        numbers.append(number)
    for number, problem in batch.unreadable.items():
        # Among the rows, so that a snapshot does not take for gone what could not be read.
        fault = Fault("row-unreadable", "", problem, MEND)
        rows.append(UnreadableRow(row_problem(len(rows), fault)))
        numbers.append(number)
    feed = FeedBatch(system, kind, rows, _whole(batch))

    def taken(session: Session, now: datetime) -> Taken:
        return answered(take(session, feed, now), numbers)

    return taken


def _read(kind: FeedKind, system: str, row: Canonical | FlatRow, index: int) -> FeedRow:
    if isinstance(row, FlatRow):
        return read_row(kind, system, dict(row.values), index)
    return cast("CanonicalRow", row)


def _whole(batch: IncomingBatch) -> SnapshotPart | None:
    """A snapshot in one part, named after the batch."""
    if not batch.snapshot:
        return None
    name = batch.reference
    if len(name) > _REFERENCE_LENGTH:
        name = hashlib.sha256(name.encode()).hexdigest()
    return SnapshotPart(name, 1, last=True)
