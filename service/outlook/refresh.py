"""Tell outside systems what has changed for them, once per change.

A refresh reads a batch of stale keys and computes, in one snapshot, every outlook that rests on
them. What differs from what was told last goes into the outbox, in the transaction that keeps
what was told and clears the keys. Two refreshes at once do not tell twice: the second to write
finds that the turn has moved, writes nothing and is done again. A key whose outlook cannot be
computed is narrowed down to, and put into the exception queue, so that it stops no other.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.database.retry import write_again
from service.database.upsert import upsert
from service.exceptions.queue import (
    Closing,
    ExceptionState,
    Finding,
    close,
    open_exceptions,
    raise_exception,
)
from service.feeds.code_names import name_of
from service.outlook.planning import planning_tellings
from service.outlook.supply_telling import supply_tellings
from service.outlook.telling import (
    NEVER_TOLD,
    Outlook,
    Telling,
    note_facts,
    tell,
    told_last,
    version_of,
)
from service.replenishment.poison import DATA_FAULTS, is_database_trouble
from service.work import stale_outlooks
from service.work.dirty_keys import Key
from service.work.stale_outlooks import StaleOutlook
from service.work.tables import GenerationRow

OUTLOOKS: tuple[Outlook, ...] = (supply_tellings, planning_tellings)
"""All that outside systems are told; each has event types of its own."""

KEYS_PER_REFRESH = 50
"""Few, so that a signal that comes meanwhile need not wait long for its recommendation."""

_LOG = logging.getLogger(__name__)
_TURN = "outlooks"
_SUBJECT_TYPE = "item_location"
_SYSTEM = "pegline"


@dataclass(frozen=True)
class _Revision:
    """What a refresh found, read at one moment, and whose turn it was then."""

    turn: int
    stale: Sequence[StaleOutlook]
    news: Sequence[tuple[Telling, int]]
    not_worth_telling: Sequence[Telling]


def refresh_outlooks(context: ServiceContext) -> bool:
    """Refresh the outlooks of one batch of stale keys; True if there were any."""
    with context.database.read() as session:
        stale = stale_outlooks.read(session, KEYS_PER_REFRESH)
    if stale:
        _refresh(context, stale)
    return bool(stale)


def _refresh(context: ServiceContext, stale: Sequence[StaleOutlook]) -> None:
    """Refresh the outlooks at ``stale``; what cannot be computed is tried by halves."""
    try:
        revision = _revise(context, stale)
    except DATA_FAULTS as fault:
        if is_database_trouble(fault):
            raise
        if len(stale) == 1:
            _set_aside(context, stale[0], fault)
            return
        middle = len(stale) // 2
        for half in (stale[:middle], stale[middle:]):
            _refresh(context, half)
        return
    write_again(context.database, lambda session: _write(session, revision, context))


def _set_aside(context: ServiceContext, entry: StaleOutlook, fault: Exception) -> None:
    """Clear a key that comes back with its next change, and say what is wrong with it."""
    item_id, location_id = entry.key
    _LOG.error("the outlook at %s, %s cannot be computed", item_id, location_id, exc_info=fault)
    finding = Finding(
        kind="outlook_failed",
        subject_type=_SUBJECT_TYPE,
        system=_SYSTEM,
        subject_key=name_of(item_id, location_id),
        payload={"item_id": item_id, "location_id": location_id},
        detail=f"The outlook of {item_id} at {location_id} cannot be computed: "
        f"{type(fault).__name__}: {fault}"[:900],
        remedy="Correct the figures of this item; what you send next is computed at once.",
    )

    def clear(session: Session) -> None:
        stale_outlooks.clear(session, [entry])
        raise_exception(session, finding, context.clock())

    write_again(context.database, clear)


def _revise(context: ServiceContext, stale: Sequence[StaleOutlook]) -> _Revision:
    """Compute after the stale keys were read: what is marked meanwhile comes again."""
    keys = {entry.key for entry in stale}
    now = context.clock()
    with context.database.read() as session:
        turn = session.get(GenerationRow, _TURN)
        tellings = [
            telling for outlook in OUTLOOKS for telling in outlook(session, context, keys, now)
        ]
        told = told_last(session, tellings)
    news, quiet = [], []
    for telling in tellings:
        last = told.get(telling.name, NEVER_TOLD)
        if last.differs(telling):
            news.append((telling, version_of(telling, last)))
        elif telling.facts is not None and last.rests_on_other_facts(telling):
            quiet.append(telling)
    return _Revision(turn.value if turn else 0, stale, news, quiet)


def _write(session: Session, revision: _Revision, context: ServiceContext) -> None:
    """Tell the news and clear the keys, unless another refresh has written since the reading."""
    if not _take_turn(session, revision.turn):
        return
    now = context.clock()
    stale_outlooks.clear(session, revision.stale)
    tell(session, revision.news, now)
    note_facts(session, revision.not_worth_telling)
    _release(session, [entry.key for entry in revision.stale], now)


def _release(session: Session, keys: Sequence[Key], now: datetime) -> None:
    """Close the exceptions of keys whose outlook can be computed again."""
    names = [name_of(*key) for key in keys]
    waiting = open_exceptions(session, _SUBJECT_TYPE, _SYSTEM, names)
    if waiting:
        closing = Closing(ExceptionState.REPLAYED, "outlook", "computed again")
        close(session, list(waiting.values()), closing, now)


def _take_turn(session: Session, turn: int) -> bool:
    row = {"name": _TURN, "value": 0}
    upsert(session, GenerationRow, [row], key=("name",), keep=("value",))
    moved = session.execute(
        update(GenerationRow)
        .where(GenerationRow.name == _TURN, GenerationRow.value == turn)
        .values(value=turn + 1)
        .returning(GenerationRow.value)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None
