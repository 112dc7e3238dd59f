"""Demand signals from a connected system instead of a request."""

from datetime import datetime

from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from adapters.canonical.identity import Canonical
from adapters.ports import FlatRow, IncomingBatch, RowFinding
from service.http.problems import Problem
from service.http.strict_reading import validated
from service.signals.intake import take
from service.signals.results import Outcome
from service.sync.taking import (
    EXCEPTION,
    REJECTED,
    Take,
    Taken,
    counted,
    numbered,
    refused_row,
    told,
    unreadable,
)

_FOUND = {Outcome.EXCEPTION: EXCEPTION, Outcome.CONFLICT: EXCEPTION, Outcome.REJECTED: REJECTED}


def prepare_signals(system: str, batch: IncomingBatch) -> Take:
    """Read the signals; a bad one spoils no other."""
    signals: dict[int, DemandSignal] = {}
    findings = unreadable(batch)
    for number, row in numbered(batch):
        try:
            signals[number] = _signal(system, row)
        except Problem as problem:
            findings.append(refused_row(number, problem))

    def taken(session: Session, now: datetime) -> Taken:
        results = dict(zip(signals, take(session, list(signals.values()), now), strict=True))
        found: list[RowFinding] = [
            told(number, _FOUND[one.result], one.problem)
            for number, one in results.items()
            if one.result in _FOUND
        ]
        good = (str(one.result) for one in results.values() if one.result not in _FOUND)
        return counted(good, [*findings, *found])

    return taken


def _signal(system: str, row: Canonical | FlatRow) -> DemandSignal:
    if isinstance(row, FlatRow):
        return own_signal(system, {"system": system, **row.values})
    return own_signal(system, row.model_dump(mode="json"))


def own_signal(system: str, document: object) -> DemandSignal:
    """The signal in ``document``; raises a problem if it is none, or another system's."""
    signal = validated(DemandSignal, document)
    if signal.system != system:
        raise Problem(
            403,
            "foreign-system",
            f"The signal is of {signal.system!r}, the connection of {system!r}",
            remedy="Send each system's signals over its own connection.",
        )
    return signal
