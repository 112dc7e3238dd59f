"""Signals out of the exception queue, through the same path as when they came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from service.exceptions.queue import refine
from service.signals.findings import MESSAGE_ID_REUSED
from service.signals.inbox import Message, messages, overtaken, record_outcomes
from service.signals.intake import take
from service.signals.mapping import line_of
from service.signals.results import Outcome, SignalResult, problem_of
from service.signals.settlement import Settled, settle


@dataclass(frozen=True)
class WaitingSignal:
    """A signal in the queue, with its corrections; ``subject_key`` is that of its exception."""

    exception_id: UUID
    kind: str
    subject_key: str
    signal: DemandSignal

    @property
    def keeps_used_id(self) -> bool:
        """Whether it still goes by the message id that another message has."""
        return self.kind == MESSAGE_ID_REUSED and self.signal.message_id == self.subject_key


def remap(session: Session, waiting: Sequence[WaitingSignal], now: datetime) -> list[SignalResult]:
    """Try the signals again; one result each.

    A result names the exception where the signal waits from now on, if it still does: its own,
    which then says what is wrong now, or another one. Closing its own is left to the caller.
    A signal whose line has a newer version by now ends as stale.
    """
    row_ids = messages(session, {(one.signal.system, one.signal.message_id) for one in waiting})
    results: dict[UUID, SignalResult] = {}
    again: list[tuple[WaitingSignal, Message]] = []
    unheard: list[WaitingSignal] = []
    for one in waiting:
        row_id = row_ids.get((one.signal.system, one.signal.message_id))
        if one.keeps_used_id:
            results[one.exception_id] = _conflict(one)
        elif row_id is None or one.kind == MESSAGE_ID_REUSED:
            unheard.append(one)
        else:
            again.append((one, Message(row_id, one.signal)))
    taken = take(session, [one.signal for one in unheard], now)
    results |= {one.exception_id: new for one, new in zip(unheard, taken, strict=True)}
    settled = settle(session, [message for _, message in again], now)
    for (one, _), new in zip(again, settled, strict=True):
        results[one.exception_id] = _refined(session, one, new, now)
    _record(session, settled)
    return [results[one.exception_id] for one in waiting]


def _conflict(one: WaitingSignal) -> SignalResult:
    return SignalResult(one.signal.message_id, Outcome.CONFLICT, exception_id=one.exception_id)


def _refined(session: Session, one: WaitingSignal, settled: Settled, now: datetime) -> SignalResult:
    kept = None
    if settled.finding is not None:
        kept = refine(session, one.exception_id, settled.finding, now)
    return SignalResult(
        message_id=one.signal.message_id,
        result=settled.outcome,
        signal_id=settled.signal_id,
        exception_id=kept,
        problem=problem_of(settled.finding) if settled.finding else None,
    )


def _record(session: Session, settled: Sequence[Settled]) -> None:
    """Write down the outcomes, also of older messages that these have overtaken in the queue."""
    ends = [one for one in settled if one.outcome != Outcome.EXCEPTION]
    outcomes = [(one.message.row_id, one.outcome) for one in ends]
    record_outcomes(session, outcomes, until_now=Outcome.EXCEPTION)
    applied = {
        line_of(one.message.signal): one.message.signal.source_version
        for one in ends
        if one.outcome == Outcome.APPLIED
    }
    late = [(row_id, Outcome.STALE) for row_id in overtaken(session, applied)]
    record_outcomes(session, late, until_now=Outcome.EXCEPTION)
