"""A feed row that waited in the exception queue is taken once more."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.feeds.batches import FeedBatch, RowResult
from service.feeds.intake import take
from service.feeds.row_reading import read_row
from service.feeds.subjects import KIND_OF_SUBJECT


def replay_row(
    session: Session, subject_type: str, system: str, payload: Any, now: datetime
) -> RowResult:
    """Take the flat JSON row ``payload`` of ``system`` again, as a delta.

    Once the row is taken its exception is closed; otherwise the same exception says what is
    missing now. A row that has been overtaken by a newer one is ``stale``, and that ends its
    exception too. Raises KeyError for a subject type that is no feed row.
    """
    kind = KIND_OF_SUBJECT[subject_type]
    row = read_row(kind, system, payload, 0)
    return take(session, FeedBatch(system, kind, [row], waited=True), now)[0]


def replays(subject_type: str) -> bool:
    """Whether exceptions about this subject type are feed rows."""
    return subject_type in KIND_OF_SUBJECT
