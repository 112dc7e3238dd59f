"""Demand signals from a connected system instead of a request."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from adapters.canonical.identity import Canonical
from adapters.ports import FlatRow, IncomingBatch, RowFinding
from service.http.problems import Problem
from service.http.strict_reading import validated
from service.signals.intake import take
from service.signals.removed_lines import ToldWhole, removals
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


_REMOVED = "removed"


def prepare_signals(system: str, batch: IncomingBatch) -> Take:
    """Read the signals; a bad one spoils no other.

    Lines that opportunities have lost, by the word of the batch, end with it.
    """
    signals: dict[int, DemandSignal] = {}
    findings = unreadable(batch)
    for number, row in numbered(batch):
        try:
            signals[number] = _signal(system, row)
        except Problem as problem:
            findings.append(refused_row(number, problem))

    whole = _told_whole(batch, list(signals.values()))

    def taken(session: Session, now: datetime) -> Taken:
        ends = removals(session, system, whole) if whole else []
        answers = take(session, [*signals.values(), *ends], now)
        results = dict(zip(signals, answers[: len(signals)], strict=True))
        found: list[RowFinding] = [
            told(number, _FOUND[one.result], one.problem)
            for number, one in results.items()
            if one.result in _FOUND
        ]
        good = [str(one.result) for one in results.values() if one.result not in _FOUND]
        return counted([*good, *(_REMOVED for _ in ends)], [*findings, *found])

    return taken


def _told_whole(batch: IncomingBatch, signals: Sequence[DemandSignal]) -> dict[str, ToldWhole]:
    """The opportunities that the batch tells as a whole, with the lines that it names.

    A row that is no signal still names its line. If one does not even do that, no line ends.
    """
    lines: defaultdict[str, set[str]] = defaultdict(set)
    versions: dict[str, int] = {}
    for signal in signals:
        lines[signal.opportunity_id].add(signal.line_id)
        known = versions.get(signal.opportunity_id, 0)
        versions[signal.opportunity_id] = max(signal.source_version, known)
    for row in batch.rows:
        if isinstance(row, FlatRow):
            opportunity_id = row.values.get("opportunity_id")
            if not isinstance(opportunity_id, str):
                return {}
            lines[opportunity_id.strip()].add(str(row.values.get("line_id", "1")).strip())
    return {
        opportunity_id: ToldWhole(frozenset(lines[opportunity_id]), versions.get(opportunity_id))
        for opportunity_id in batch.whole_opportunities
    }


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
