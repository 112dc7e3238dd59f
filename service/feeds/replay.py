"""A feed row that waited in the exception queue is taken once more."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.feeds.batches import FeedBatch, RowResult
from service.feeds.intake import take
from service.feeds.outside_intake import take_flat
from service.feeds.outside_rows import SUBJECT_TYPES
from service.feeds.row_reading import read_row
from service.feeds.subjects import KIND_OF_SUBJECT

REPLAYED_SUBJECTS = frozenset({*KIND_OF_SUBJECT, *SUBJECT_TYPES.values()})
"""The subject types that are taken from a row."""


def replay_row(
    session: Session, subject_type: str, system: str, payload: Any, now: datetime
) -> RowResult:
    """Take the flat JSON row ``payload`` of ``system`` again, as a delta.

    Once the row is taken its exception is closed; otherwise the same exception says what is
    missing now. A row that has been overtaken by a newer one is ``stale``, and that ends its
    exception too. Raises KeyError for a subject type that is no feed row.
    """
    if subject_type in SUBJECT_TYPES.values():
        return take_flat(session, system, [payload], now)[0]
    kind = KIND_OF_SUBJECT[subject_type]
    row = read_row(kind, system, payload, 0)
    return take(session, FeedBatch(system, kind, [row], waited=True), now)[0]


def replays(subject_type: str) -> bool:
    """Whether exceptions about this subject type are feed rows."""
    return subject_type in REPLAYED_SUBJECTS
