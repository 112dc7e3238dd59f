"""A system that does not answer is left in peace for a while, and no attempt is used meanwhile."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from adapters.ports import Failure, WriteResult, Written
from service.sync.back_off import wait_after
from service.sync.tables import ConnectionRow

_LONGEST = 1000
_HEARD = frozenset({Failure.REJECTED, Failure.CONFLICT})
"""A no is an answer, too."""


def note_answers(
    session: Session, connection: str, answers: Collection[Written], now: datetime
) -> None:
    """Note whether the system answers; if it does not, or asks us to wait, leave it in peace.

    One that wants to be told nothing any more is paused until a person resumes it.
    """
    unwanted = next((one for one in answers if one.unwanted), None)
    if unwanted is not None:
        _pause(session, connection, unwanted.detail, now)
        return
    taken = [one for one in answers if one.result is not WriteResult.FAILED]
    waits = [one.retry_after for one in answers if one.retry_after]
    heard = bool(taken) or any(one.failure in _HEARD for one in answers)
    if heard and not waits:
        note_answered(session, connection, now, took=bool(taken))
        return
    failed = next(one for one in answers if one.retry_after or one not in taken)
    note_trouble(session, connection, failed.detail, now, asked=max(waits, default=None))


def _pause(session: Session, connection: str, why: str, now: datetime) -> None:
    session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.name == connection)
        .values(paused_at=now, last_trouble=why[:_LONGEST])
        .execution_options(synchronize_session=False)
    )


def note_answered(session: Session, connection: str, now: datetime, *, took: bool) -> None:
    """The system answers; ``took`` says that something was taken."""
    values = {"failures": 0, "quiet_until": None, "last_trouble": None}
    session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.name == connection)
        .values(**values, **({"last_success_at": now} if took else {}))
        .execution_options(synchronize_session=False)
    )


def note_trouble(
    session: Session, connection: str, detail: str, now: datetime, *, asked: timedelta | None = None
) -> None:
    """A call failed as a whole: nothing is sent for a while, longer with each failure in a row."""
    failures = session.scalar(
        update(ConnectionRow)
        .where(ConnectionRow.name == connection)
        .values(failures=ConnectionRow.failures + 1, last_trouble=detail[:_LONGEST])
        .returning(ConnectionRow.failures)
        .execution_options(synchronize_session=False)
    )
    if failures is not None:
        session.execute(
            update(ConnectionRow)
            .where(ConnectionRow.name == connection)
            .values(quiet_until=now + wait_after(failures, asked))
            .execution_options(synchronize_session=False)
        )
