"""Demand signals in: the one way, for the route and the demo alike."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from service.exceptions.queue import Finding, open_exceptions, raise_exceptions
from service.signals.findings import message_id_reused, subject_key
from service.signals.inbox import Arrival, Delivery, count_repeats, receive, record_outcomes
from service.signals.lines import stored_lines
from service.signals.mapping import line_of
from service.signals.results import (
    SUBJECT_TYPE,
    LineKey,
    Outcome,
    SignalResult,
    problem_of,
)
from service.signals.settlement import Settled, settle

_PER_PASS = 500


def take(session: Session, signals: Sequence[DemandSignal], now: datetime) -> list[SignalResult]:
    """Store, order, map and apply ``signals`` within the caller's transaction; one result each.

    The keys that are concerned are marked dirty, and each new version of a line is published.
    Locks are taken in one order everywhere: messages, lines, keys, exceptions.
    """
    results: list[SignalResult] = []
    for start in range(0, len(signals), _PER_PASS):
        results += _take(session, signals[start : start + _PER_PASS], now)
    return results


def _take(session: Session, signals: Sequence[DemandSignal], now: datetime) -> list[SignalResult]:
    deliveries = receive(session, signals, now)
    new = [one.message for one in deliveries if one.arrival == Arrival.NEW]
    settled = settle(session, new, now)
    others = ((one.message.row_id, one.outcome) for one in settled)
    record_outcomes(
        session, (one for one in others if one[1] != Outcome.APPLIED), until_now=Outcome.APPLIED
    )
    results = _raised(session, deliveries, settled, now)
    repeated = [one for one in deliveries if one.arrival == Arrival.REPEATED]
    results |= _repeated(session, repeated)
    count_repeats(session, (one.message.row_id for one in repeated), now)
    return [results[id(one)] for one in deliveries]


def _raised(
    session: Session, deliveries: Sequence[Delivery], settled: Sequence[Settled], now: datetime
) -> dict[int, SignalResult]:
    """Results of the new and the contradicting messages, with their exceptions raised."""
    by_row = {one.message.row_id: one for one in settled}
    findings: dict[int, Finding] = {}
    for one in deliveries:
        if one.arrival == Arrival.CONTRADICTED:
            findings[id(one)] = message_id_reused(one.message.signal)
        elif one.arrival == Arrival.NEW:
            finding = by_row[one.message.row_id].finding
            findings |= {id(one): finding} if finding else {}
    ids = raise_exceptions(session, list(findings.values()), now)
    exception_ids = dict(zip(findings, ids, strict=True))
    return {
        id(one): _result(one, by_row, findings.get(id(one)), exception_ids.get(id(one)))
        for one in deliveries
        if one.arrival != Arrival.REPEATED
    }


def _result(
    delivery: Delivery,
    settled: dict[UUID, Settled],
    finding: Finding | None,
    exception_id: UUID | None,
) -> SignalResult:
    message = delivery.message
    contradicted = delivery.arrival == Arrival.CONTRADICTED
    return SignalResult(
        message_id=message.signal.message_id,
        result=Outcome.CONFLICT if contradicted else settled[message.row_id].outcome,
        signal_id=None if contradicted else settled[message.row_id].signal_id,
        exception_id=exception_id,
        problem=problem_of(finding) if finding else None,
    )


def _repeated(session: Session, deliveries: Sequence[Delivery]) -> dict[int, SignalResult]:
    """Results of messages that were here before: where to find what they did."""
    if not deliveries:
        return {}
    lines = stored_lines(session, {line_of(one.message.signal) for one in deliveries})
    waiting = _waiting(session, [one for one in deliveries if one.outcome == Outcome.EXCEPTION])
    results = {}
    for one in deliveries:
        line = line_of(one.message.signal)
        results[id(one)] = SignalResult(
            message_id=one.message.signal.message_id,
            result=Outcome.DUPLICATE,
            signal_id=lines[line].signal_id if line in lines else None,
            exception_id=waiting.get(line) if one.outcome == Outcome.EXCEPTION else None,
        )
    return results


def _waiting(session: Session, deliveries: Sequence[Delivery]) -> dict[LineKey, UUID]:
    signals = [one.message.signal for one in deliveries]
    found: dict[LineKey, UUID] = {}
    for system in sorted({signal.system for signal in signals}):
        keys = {subject_key(signal) for signal in signals if signal.system == system}
        by_key = open_exceptions(session, SUBJECT_TYPE, system, keys)
        for signal in signals:
            if signal.system == system and subject_key(signal) in by_key:
                found[line_of(signal)] = by_key[subject_key(signal)]
    return found
