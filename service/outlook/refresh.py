"""Tell outside systems what has changed for them, once per change.

A refresh reads a batch of stale keys and computes, in one snapshot, every outlook that rests on
them. What differs from what was told last goes into the outbox, in the transaction that keeps
what was told and clears the keys. Two refreshes at once do not tell twice: the second to write
finds that the turn has moved, writes nothing and is done again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.database.retry import write_again
from service.database.upsert import upsert
from service.outlook.telling import NEVER_TOLD, Outlook, Telling, tell, told_last, version_of
from service.work import stale_outlooks
from service.work.stale_outlooks import StaleOutlook
from service.work.tables import GenerationRow

OUTLOOKS: tuple[Outlook, ...] = ()
"""All that outside systems are told; each has event types of its own."""

KEYS_PER_REFRESH = 500

_TURN = "outlooks"


@dataclass(frozen=True)
class _Revision:
    """What a refresh found, read at one moment, and whose turn it was then."""

    turn: int
    stale: Sequence[StaleOutlook]
    news: Sequence[tuple[Telling, int]]


def refresh_outlooks(context: ServiceContext) -> bool:
    """Refresh the outlooks of one batch of stale keys; True if there were any."""
    with context.database.read() as session:
        stale = stale_outlooks.read(session, KEYS_PER_REFRESH)
    if stale:
        revision = _revise(context, stale)
        if write_again(context.database, lambda session: _write(session, revision, context)):
            context.ring()
    return bool(stale)


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
        news = [
            (telling, version_of(telling, last))
            for telling in tellings
            if (last := told.get(telling.name, NEVER_TOLD)).differs(telling)
        ]
        return _Revision(turn.value if turn else 0, stale, news)


def _write(session: Session, revision: _Revision, context: ServiceContext) -> bool:
    """Tell the news and clear the keys, unless another refresh has written since the reading."""
    if not _take_turn(session, revision.turn):
        return False
    stale_outlooks.clear(session, revision.stale)
    tell(session, revision.news, context.clock())
    return True


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
