"""Data that the arithmetic refuses: said in the exception queue, so that other keys go on.

A key comes back by itself with the next change that concerns it, and its exception is closed by
the first recommendation that succeeds.
"""

import logging
from collections.abc import Collection
from datetime import datetime

import polars as pl
from sqlalchemy.exc import DataError, DBAPIError, StatementError
from sqlalchemy.orm import Session

from service.exceptions.queue import (
    Closing,
    ExceptionState,
    Finding,
    close,
    open_exceptions,
    raise_exception,
)
from service.proposals.open_offers import open_proposals
from service.proposals.review import send_to_review
from service.proposals.uncomputable import SUBJECT_TYPE, SYSTEM, subject_key
from service.work import dirty_keys
from service.work.dirty_keys import DirtyKey, Key

_LOG = logging.getLogger(__name__)

DATA_FAULTS = (
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    StatementError,
    pl.exceptions.PolarsError,
)
"""What wrong data can raise. Faults of the database itself are not the data's."""


def is_database_trouble(fault: Exception) -> bool:
    """Whether the database failed rather than the data."""
    return isinstance(fault, DBAPIError) and not isinstance(fault, DataError)


def quarantine(session: Session, entry: DirtyKey, fault: Exception, now: datetime) -> None:
    """Clear a key that cannot be computed, and say so in the exception queue.

    What is open for it goes to review, since nothing follows up on its quantity. What it was to
    give is planned anew at the receivers: they are computed again without it.
    """
    item_id, location_id = entry.key
    _LOG.error("%s at %s cannot be computed", item_id, location_id, exc_info=fault)
    finding = Finding(
        kind="recompute_failed",
        subject_type=SUBJECT_TYPE,
        system=SYSTEM,
        subject_key=subject_key(entry.key),
        payload={"item_id": item_id, "location_id": location_id},
        detail=f"{item_id} at {location_id} cannot be computed: {type(fault).__name__}: {fault}"[
            :900
        ],
        remedy="Correct the figures of this item; what you send next is computed at once.",
    )
    if not dirty_keys.clear(session, [entry]):
        return
    raise_exception(session, finding, now)
    for proposal in open_proposals(session, [entry.key]):
        send_to_review(session, proposal, "its key cannot be computed any more", now)


def release(session: Session, keys: Collection[Key], now: datetime) -> None:
    """Close the exceptions of keys that can be computed again."""
    names = [subject_key(key) for key in keys]
    waiting = open_exceptions(session, SUBJECT_TYPE, SYSTEM, names)
    if waiting:
        closing = Closing(ExceptionState.REPLAYED, "recompute", "computed again")
        close(session, list(waiting.values()), closing, now)
