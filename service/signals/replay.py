"""Replay: exceptions are tried again, whatever they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from service.context import TakeAgain
from service.exceptions.queue import Closing, ExceptionState, conclude
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import Outcome as RowOutcome
from service.feeds.replay import replay_row, replays
from service.http.problems import Problem
from service.http.strict_reading import validated
from service.signals.findings import MESSAGE_ID_REUSED
from service.signals.remap import WaitingSignal, remap
from service.signals.results import SUBJECT_TYPE, Outcome
from service.work import deliveries

_IDENTITY = ("schema_version", "system", "opportunity_id", "line_id", "source_version")


@dataclass(frozen=True)
class ReplayOrder:
    """Who wants a replay, and what is to be put in place of the payload's fields."""

    who: str
    corrections: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Replayed:
    """What came of a replay.

    ``waits_as`` names the exception under which the subject still waits, if it does.
    """

    exception_id: UUID
    result: str
    waits_as: UUID | None = None
    problem: dict[str, Any] | None = None
    signal_id: UUID | None = None

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON values."""
        waits = self.waits_as == self.exception_id
        return {
            "exception_id": str(self.exception_id),
            "state": ExceptionState.OPEN if waits else ExceptionState.REPLAYED,
            "result": self.result,
            "waits_as": str(self.waits_as) if self.waits_as else None,
            "signal_id": str(self.signal_id) if self.signal_id else None,
            "problem": self.problem,
        }


_NO_OTHERS: Mapping[str, TakeAgain] = MappingProxyType({})


def replayable(row: ExceptionRow, others: Mapping[str, TakeAgain] = _NO_OTHERS) -> bool:
    """Whether there is anything to try again; other exceptions can only be discarded.

    ``others`` are the service's further ways to take something again (``ServiceContext``).
    """
    known = {SUBJECT_TYPE, deliveries.SUBJECT_TYPE, *others}
    return row.subject_type in known or replays(row.subject_type)


def replay(
    session: Session,
    rows: Sequence[ExceptionRow],
    order: ReplayOrder,
    now: datetime,
    others: Mapping[str, TakeAgain] = _NO_OTHERS,
) -> list[Replayed]:
    """Try the open, replayable exceptions ``rows`` again through the path they first took.

    What succeeds, or has been overtaken, is closed; the rest stays open and says what is wrong
    now. Corrections that make no valid subject leave the exception as it is.
    """
    signals = [row for row in rows if row.subject_type == SUBJECT_TYPE]
    results = {done.exception_id: done for done in _replay_signals(session, signals, order, now)}
    for row in rows:
        if row.exception_id in results:
            continue
        if row.subject_type in others:
            again = others[row.subject_type]
            results[row.exception_id] = _taken_again(session, row, order, again, now)
        else:
            once_more = _REPLAYED_BY.get(row.subject_type, _replay_feed_row)
            results[row.exception_id] = once_more(session, row, order, now)
    for done in results.values():
        if done.waits_as != done.exception_id:
            closing = Closing(ExceptionState.REPLAYED, order.who, _why(done, order))
            conclude(session, done.exception_id, closing, now)
    return [results[row.exception_id] for row in rows]


def _replay_signals(
    session: Session, rows: Sequence[ExceptionRow], order: ReplayOrder, now: datetime
) -> list[Replayed]:
    waiting: list[WaitingSignal] = []
    unfit: list[Replayed] = []
    for row in rows:
        try:
            signal = validated(DemandSignal, {**row.payload, **_allowed(row, order.corrections)})
        except Problem as problem:
            unfit.append(_unfit(row, problem.body))
        else:
            waiting.append(WaitingSignal(row.exception_id, row.kind, row.subject_key, signal))
    results = remap(session, waiting, now)
    return unfit + [
        Replayed(
            one.exception_id, result.result, result.exception_id, result.problem, result.signal_id
        )
        for one, result in zip(waiting, results, strict=True)
    ]


def _allowed(row: ExceptionRow, corrections: dict[str, Any]) -> dict[str, Any]:
    """The corrections, unless they would make another message of it."""
    fixed = _IDENTITY if row.kind == MESSAGE_ID_REUSED else (*_IDENTITY, "message_id")
    errors = [
        {"pointer": f"/corrections/{name}", "detail": "This field tells which message it is."}
        for name in fixed
        if name in corrections
    ]
    if errors:
        raise Problem(
            422,
            "correction-not-allowed",
            "The corrections would make another message of it",
            remedy="Correct other fields, or let the sender send a new message.",
            errors=errors,
        )
    return corrections


def _replay_feed_row(
    session: Session, row: ExceptionRow, order: ReplayOrder, now: datetime
) -> Replayed:
    payload = {**row.payload, **order.corrections}
    done = replay_row(session, row.subject_type, row.system, payload, now)
    if done.result == RowOutcome.REJECTED:
        return _unfit(row, done.problem)
    return Replayed(row.exception_id, done.result, done.exception_id, done.problem)


def _taken_again(
    session: Session, row: ExceptionRow, order: ReplayOrder, again: TakeAgain, now: datetime
) -> Replayed:
    done = again(session, row.system, {**row.payload, **order.corrections}, now)
    if done.result == RowOutcome.REJECTED:
        return _unfit(row, done.problem)
    return Replayed(row.exception_id, done.result, done.exception_id, done.problem)


def _deliver_again(
    session: Session, row: ExceptionRow, order: ReplayOrder, now: datetime
) -> Replayed:
    """Try a delivery again that the system said no to; what is delivered stays as it is."""
    if order.corrections:
        error = {"pointer": "/corrections", "detail": "What was decided is told as it is."}
        return _unfit(row, {"title": "An event cannot be corrected", "errors": [error]})
    deliveries.retry(session, [UUID(row.subject_key)], now)
    return Replayed(row.exception_id, "delivered again")


_REPLAYED_BY = {deliveries.SUBJECT_TYPE: _deliver_again}


def _unfit(row: ExceptionRow, problem: dict[str, Any] | None) -> Replayed:
    return Replayed(row.exception_id, Outcome.REJECTED, row.exception_id, problem)


def _why(done: Replayed, order: ReplayOrder) -> str:
    corrected = f"; corrected: {', '.join(sorted(order.corrections))}" if order.corrections else ""
    moved = f"; waits as {done.waits_as}" if done.waits_as else ""
    return f"{done.result}{corrected}{moved}"
