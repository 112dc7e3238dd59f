"""What the ERP had ordered before we came is adopted, so that nothing is ordered twice.

Each requisition line becomes a proposal in the state that it has in the ERP, once: (system,
number, line) is unique. From then on it counts in the inventory position, until the ERP's feed
shows its purchase line (see ``service.proposals.committed``); progress and change requests go
the way of any other proposal that this system took.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.context import TakenAgain
from service.database.base import new_id
from service.database.upsert import insert_into
from service.feeds.batches import Outcome, UnreadableRow
from service.feeds.code_sets import one_of
from service.feeds.row_problems import Fault, row_problem
from service.feeds.row_reading import read_object
from service.go_live.in_flight_exceptions import keep, settle
from service.go_live.in_flight_placing import PlacedRequisition, UnplacedRequisition, place
from service.go_live.in_flight_words import InFlightRequisition, InFlightState, Number
from service.go_live.tables import AdoptedRequisitionRow
from service.proposals.offer import external_ref
from service.proposals.tables import NO_RECOMMENDATION, ProposalRow
from service.proposals.transitions import adopt
from service.work import dirty_keys
from service.work.business_date import business_date


@dataclass(frozen=True)
class AdoptionResult:
    """What became of the row at this position; ``external_ref`` is what we call it."""

    row: int
    result: Outcome
    external_ref: str | None = None
    problem: dict[str, Any] | None = None
    exception_id: UUID | None = None


@dataclass
class _Answers:
    results: dict[int, AdoptionResult] = field(default_factory=dict)

    def say(self, row: int, result: Outcome, fault: Fault | None = None, **more: Any) -> None:
        problem = row_problem(row, fault) if fault else None
        self.results[row] = AdoptionResult(row, result, problem=problem, **more)

    def in_order(self) -> list[AdoptionResult]:
        return [self.results[row] for row in sorted(self.results)]


def adopt_in_flight(
    session: Session,
    system: str,
    rows: Sequence[InFlightRequisition | UnreadableRow],
    now: datetime,
) -> list[AdoptionResult]:
    """Adopt ``rows`` of ``system``, one result each; what is adopted already is left alone."""
    answers = _Answers()
    readable: dict[int, InFlightRequisition] = {}
    for index, row in enumerate(rows):
        if isinstance(row, UnreadableRow):
            answers.results[index] = AdoptionResult(index, Outcome.REJECTED, problem=row.problem)
        else:
            readable[index] = row
    placed = dict(zip(readable, place(session, system, list(readable.values())), strict=True))
    good = {index: one for index, one in placed.items() if isinstance(one, PlacedRequisition)}
    _adopt(session, system, good, answers, now)
    bad = {index: one for index, one in placed.items() if isinstance(one, UnplacedRequisition)}
    kept = keep(session, system, [one for one in bad.values() if one.exception], now)
    for index, one in bad.items():
        outcome = Outcome.EXCEPTION if one.exception else Outcome.REJECTED
        answers.say(index, outcome, one.fault, exception_id=kept.get(one.said.number))
    rejected = {row for row, one in answers.results.items() if one.result is Outcome.REJECTED}
    settle(session, system, [one.said for row, one in good.items() if row not in rejected], now)
    return answers.in_order()


def adopt_again(
    session: Session, system: str, payload: Mapping[str, Any], now: datetime
) -> TakenAgain:
    """Adopt a requisition that waited in the exception queue; its ``payload`` is the row."""
    row = read_object(InFlightRequisition, dict(payload), 0)
    (done,) = adopt_in_flight(session, system, [row], now)
    return TakenAgain(str(done.result), done.exception_id, done.problem)


def counted(results: Sequence[AdoptionResult]) -> dict[str, Any]:
    """The results as JSON, with how many there are of each."""
    return {
        "counts": dict(Counter(str(one.result) for one in results)),
        "results": [
            {
                "row": one.row,
                "result": str(one.result),
                "external_ref": one.external_ref,
                "problem": one.problem,
                "exception_id": str(one.exception_id) if one.exception_id else None,
            }
            for one in results
        ],
    }


def _adopt(
    session: Session,
    system: str,
    good: dict[int, PlacedRequisition],
    answers: _Answers,
    now: datetime,
) -> None:
    """Reserve the numbers, mark the keys, add the proposals: in this order, everywhere."""
    wanted: dict[Number, PlacedRequisition] = {}
    for one in good.values():
        wanted.setdefault(one.said.number, one)
    fresh = _reserve(session, system, list(wanted), now)
    dirty_keys.mark(session, {wanted[number].key for number in fresh}, "adopted", now)
    today = business_date(session, now)
    for number, proposal_id in fresh.items():
        one = wanted[number]
        row = _proposal(system, one, proposal_id, today, now)
        adopt(session, row, f"system:{system}", f"it was {one.said.state} when we started", now)
    session.flush()
    known = _adopted(session, system, list(wanted))
    for index, one in good.items():
        row = known[one.said.number]
        if not _same(row, one):
            answers.say(
                index, Outcome.REJECTED, _told_otherwise(row), external_ref=row.external_ref
            )
            continue
        is_new = one.said.number in fresh and wanted[one.said.number] is one
        outcome = Outcome.STORED if is_new else Outcome.UNCHANGED
        answers.say(index, outcome, external_ref=row.external_ref)


def _reserve(
    session: Session, system: str, numbers: Sequence[Number], now: datetime
) -> dict[Number, UUID]:
    """The numbers that are new, in order, with the ids of their proposals.

    A twin request waits here until the first has committed, and then finds nothing new.
    """
    ids = {number: new_id() for number in sorted(numbers)}
    rows = [
        {
            "system": system,
            "erp_number": number[0],
            "line": number[1],
            "proposal_id": proposal_id,
            "adopted_at": now,
        }
        for number, proposal_id in ids.items()
    ]
    if rows:
        reserve = insert_into(session, AdoptedRequisitionRow).on_conflict_do_nothing(
            index_elements=("system", "erp_number", "line")
        )
        session.connection().execute(reserve, rows)
    stored = session.execute(
        select(
            AdoptedRequisitionRow.erp_number,
            AdoptedRequisitionRow.line,
            AdoptedRequisitionRow.proposal_id,
        ).where(_of(session, system, numbers))
    )
    held = {(row[0], row[1]): row[2] for row in stored}
    return {number: id_ for number, id_ in ids.items() if held[number] == id_}


def _adopted(session: Session, system: str, numbers: Sequence[Number]) -> dict[Number, ProposalRow]:
    found = session.execute(
        select(AdoptedRequisitionRow.erp_number, AdoptedRequisitionRow.line, ProposalRow)
        .join(ProposalRow, ProposalRow.proposal_id == AdoptedRequisitionRow.proposal_id)
        .where(_of(session, system, numbers))
    )
    return {(row[0], row[1]): row[2] for row in found}


def _of(session: Session, system: str, numbers: Sequence[Number]) -> Any:
    codes = {number for number, _ in numbers}
    same_number = one_of(session, AdoptedRequisitionRow.erp_number, codes)
    return (AdoptedRequisitionRow.system == system) & same_number


def _proposal(
    system: str, one: PlacedRequisition, proposal_id: UUID, today: date, now: datetime
) -> ProposalRow:
    said = one.said
    return ProposalRow(
        proposal_id=proposal_id,
        external_ref=external_ref(proposal_id),
        state=said.state.state.value,
        revision=1,
        row_version=1,
        item_id=one.key[0],
        location_id=one.key[1],
        supplier_id=one.supplier_id,
        unit=one.unit,
        recommended_quantity=one.quantity,
        accepted_quantity=one.quantity,
        ordered_quantity=one.quantity if said.state is InFlightState.ORDERED else None,
        order_date=min(today, said.expected_date),
        required_date=said.expected_date,
        rationale=f"Adopted: {system} had it as {said.name} before planning began here.",
        recommendation_id=NO_RECOMMENDATION,
        decision_id=NO_RECOMMENDATION,
        erp_number=said.erp_number,
        purchase_order_number=said.purchase_order_number,
        expected_date=said.expected_date,
        taken_by=system,
        created_at=now,
        changed_at=now,
    )


def _same(row: ProposalRow, one: PlacedRequisition) -> bool:
    key = (row.item_id, row.location_id)
    return key == one.key and row.recommended_quantity == one.quantity


def _told_otherwise(row: ProposalRow) -> Fault:
    return Fault(
        "adopted-otherwise",
        "quantity",
        f"It was adopted as {row.external_ref}: {row.recommended_quantity.normalize():f} "
        f"{row.unit} of {row.item_id} for {row.location_id}.",
        f"Report what has changed since as progress of {row.external_ref}.",
    )
