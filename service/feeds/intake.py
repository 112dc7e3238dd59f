"""The intake of feed data: batches of rows in, one result per row out; a bad row spoils no other.

Rows that refer to an unknown item, location or unit are kept as exceptions. An account is only
a grouping of demand: a line with an unknown one is stored with the code as given, and so is an
unknown supplier, for whom there is no master data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.exceptions.queue import Finding
from service.feeds import kept_exceptions, snapshots
from service.feeds.arrivals import note_arrival
from service.feeds.batches import (
    CanonicalRow,
    FeedBatch,
    FeedKind,
    FeedRow,
    Outcome,
    Removal,
    RowResult,
    UnreadableRow,
)
from service.feeds.placing import Delivery, PlacedRow, member, place
from service.feeds.references import References, load_references
from service.feeds.row_problems import Fault, row_problem
from service.feeds.shipped_orders import OPEN_SALES_LINE, follow_shipments
from service.feeds.subjects import SUBJECTS_OF_KIND, Subject
from service.feeds.touched_keys import mark_touched
from service.feeds.turns import take_turn
from service.feeds.versions import open_ledger


def take(session: Session, batch: FeedBatch, now: datetime) -> list[RowResult]:
    """Take ``batch``: store what is new, mark the keys it touches, answer every row in order.

    Raises Problem where the batch as a whole cannot be: a snapshot of sales lines, of unknown
    locations, or a part that does not fit its snapshot. Nothing is changed then.
    """
    _one_at_a_time(session, batch)
    results = _taken(session, batch, now)
    if not batch.waited:
        note_arrival(session, batch, results, now)
    return results


def _taken(session: Session, batch: FeedBatch, now: datetime) -> list[RowResult]:
    part = batch.snapshot
    if part is None:
        return _take_rows(session, batch, Delivery(batch.system, now)).in_order()
    admission = snapshots.admit(session, batch, part, now)
    if admission.late:
        return [RowResult(index, Outcome.STALE) for index in range(len(batch.rows))]
    delivery = Delivery(
        batch.system,
        now,
        by_snapshot=True,
        locations=admission.locations,
        order_kinds=admission.order_kinds,
    )
    answer = _take_rows(session, batch, delivery)
    snapshots.remember(session, admission.snapshot, answer.members)
    snapshots.complete_part(session, admission.snapshot, part, now)
    return answer.in_order()


@dataclass
class Answer:
    """The results so far, and under which names a snapshot remembers the rows."""

    results: dict[int, RowResult] = field(default_factory=dict)
    members: set[str | None] = field(default_factory=set)

    def say(self, index: int, outcome: Outcome, fault: Fault | None = None, **more: Any) -> None:
        """Answer a row."""
        problem = row_problem(index, fault) if fault else None
        self.results[index] = RowResult(index, outcome, problem, **more)

    def in_order(self) -> list[RowResult]:
        """All results by the position of their rows."""
        return [self.results[index] for index in sorted(self.results)]


def _take_rows(session: Session, batch: FeedBatch, delivery: Delivery) -> Answer:
    answer = Answer()
    by_model: dict[Any, dict[int, FeedRow]] = {}
    for index, row in enumerate(batch.rows):
        model = row.model if isinstance(row, Removal | UnreadableRow) else type(row)
        by_model.setdefault(model, {})[index] = row
    for index, row in by_model.pop(None, {}).items():
        _reject_unreadable(answer, index, row)
        answer.members.add(None)
    for subject in SUBJECTS_OF_KIND[batch.kind]:
        rows = by_model.pop(subject.model, None)
        if rows:
            _take_subject(session, subject, delivery, rows, answer)
    if by_model:
        raise ValueError(f"a batch of {batch.kind} holds {sorted(map(str, by_model))}")
    return answer


def _take_subject(
    session: Session,
    subject: Subject,
    delivery: Delivery,
    rows: Mapping[int, FeedRow],
    answer: Answer,
) -> None:
    """Place, judge and store the rows of one subject."""
    references = load_references(session, delivery.system, subject, list(rows.values()))
    if delivery.by_snapshot:
        answer.members |= {member(subject, references, row) for row in rows.values()}
    readable: dict[int, CanonicalRow | Removal] = {}
    for index, row in rows.items():
        if isinstance(row, UnreadableRow):
            _reject_unreadable(answer, index, row)
        else:
            readable[index] = row
    placed = _Placed(subject, delivery, readable)
    placed.sort_out(references, answer)
    placed.store(session, answer)
    placed.keep_exceptions(session, answer)


@dataclass
class _Placed:
    """The readable rows of one subject on their way into the table."""

    subject: Subject
    delivery: Delivery
    rows: Mapping[int, CanonicalRow | Removal]
    usable: dict[int, PlacedRow] = field(default_factory=dict)
    findings: dict[int, tuple[Finding, Fault]] = field(default_factory=dict)

    def sort_out(self, references: References, answer: Answer) -> None:
        """Tell rows that can be stored from those that are rejected or kept."""
        for index, row in self.rows.items():
            placed = place(self.subject, references, self.delivery, row)
            if isinstance(placed, PlacedRow):
                self.usable[index] = placed
            elif placed.exception and not isinstance(row, Removal):
                finding = kept_exceptions.finding_of(self.subject, row, placed)
                self.findings[index] = (finding, placed.fault)
            else:
                answer.say(index, Outcome.REJECTED, placed.fault)

    def store(self, session: Session, answer: Answer) -> None:
        """Write what is new and mark the keys that it touches."""
        ledger = open_ledger(session, self.subject, list(self.usable.values()))
        for index, row in self.usable.items():
            verdict = ledger.post(row)
            answer.say(index, verdict.outcome, verdict.fault)
        ledger.write(session)
        mark_touched(session, self.subject, ledger.changes(), self.delivery.now)
        reduced = follow_shipments(session, ledger)
        mark_touched(session, OPEN_SALES_LINE, reduced, self.delivery.now)

    def keep_exceptions(self, session: Session, answer: Answer) -> None:
        """Keep what refers to the unknown; end what waited for a row that was taken."""
        waiting = kept_exceptions.open_of(
            session, self.subject, self.delivery, list(self.rows.values())
        )
        findings = [finding for finding, _ in self.findings.values()]
        ids = kept_exceptions.keep(session, findings, waiting, self.delivery.now)
        for (index, (_, fault)), kept in zip(self.findings.items(), ids, strict=True):
            answer.say(index, Outcome.EXCEPTION, fault, exception_id=kept)
        if waiting:
            kept_exceptions.settle(session, self._taken(answer), waiting, self.delivery)

    def _taken(self, answer: Answer) -> dict[str, int]:
        return {
            kept_exceptions.subject_key(self.subject, self.rows[index]): kept_exceptions.version_of(
                self.rows[index]
            )
            for index in self.usable
            if answer.results[index].result != Outcome.REJECTED
        }


def _reject_unreadable(answer: Answer, index: int, row: FeedRow) -> None:
    problem = row.problem if isinstance(row, UnreadableRow) else None
    answer.results[index] = RowResult(index, Outcome.REJECTED, problem)


def _one_at_a_time(session: Session, batch: FeedBatch) -> None:
    """Batches of one kind from one system follow each other: versions are compared, then written.

    Shipments and the orders they ship are one kind here.
    """
    shipping = batch.kind == FeedKind.SALES_LINES
    take_turn(session, f"feed/{batch.system}/{FeedKind.OPEN_ORDERS if shipping else batch.kind}")
