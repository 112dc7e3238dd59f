"""Answers of an ERP that come as rows: the same words as over its API, in one flat row each."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from adapters.canonical.calendar import Day, Moment
from adapters.canonical.identity import Canonical, Code, Text
from adapters.canonical.quantity import NonNegativeQuantity, PositiveQuantity
from adapters.ports import FlatRow, IncomingBatch, RowFinding
from service.http.problems import Problem
from service.http.strict_reading import validated
from service.proposals.acknowledgements import ANSWERS, acknowledge
from service.proposals.claimable import REQUEST_STATES
from service.proposals.erp_answers import Reporter, earlier_answers, offer_in, quantity_in
from service.proposals.erp_words import (
    AcknowledgementBody,
    ProgressBody,
    ProgressState,
    RefusalBody,
)
from service.proposals.progress import report_progress
from service.proposals.refusals import refuse
from service.proposals.subject import PLACES, keys_of
from service.proposals.tables import ClaimRow, ProposalRow
from service.sync.hand_offs import Status, give_up
from service.sync.tables import HandOffRow
from service.sync.taking import Take, Taken, counted, numbered, refused_row, unreadable
from service.work import dirty_keys

_ACKNOWLEDGED, _REFUSED = "acknowledged", "refused"


class ProposalAnswer(Canonical):
    """What became of a proposal in the ERP.

    ``claim_id`` may be left out: the answer is to the newest claim that offered it. ``refused``
    with the ``erp_number`` under which it was acknowledged is about that document, whatever was
    asked for since; ``offer`` tells which offer a document was made for that nobody acknowledged.
    Without ``accepted_quantity`` all that was offered is acknowledged. ``occurred_at`` is when
    goods left or came: without it, stock figures from before the row was read count as older than
    that.
    """

    external_ref: str = Field(max_length=32, pattern=r"^[\x21-\x7e]+$")
    answer: Literal["acknowledged", "refused"] | ProgressState
    claim_id: UUID | None = None
    offer: int | None = Field(None, ge=1)
    erp_number: Code | None = None
    accepted_quantity: NonNegativeQuantity | None = None
    expected_date: Day | None = None
    reason: Text | None = None
    purchase_order_number: Code | None = None
    ordered_quantity: PositiveQuantity | None = None
    occurred_at: Moment | None = None

    @model_validator(mode="after")
    def _says_what_is_needed(self) -> Self:
        if self.answer == _ACKNOWLEDGED and self.erp_number is None:
            raise ValueError("acknowledged needs erp_number")
        if self.answer == _REFUSED and not self.reason:
            raise ValueError("refused needs a reason")
        if self.answer is ProgressState.PARTLY_ORDERED and self.ordered_quantity is None:
            raise ValueError("partly_ordered needs ordered_quantity")
        return self


def prepare_answers(system: str, batch: IncomingBatch) -> Take:
    """Read the answers; a bad one spoils no other."""
    answers: dict[int, ProposalAnswer] = {}
    findings = unreadable(batch)
    for number, row in numbered(batch):
        try:
            answers[number] = validated(ProposalAnswer, _document(row))
        except Problem as problem:
            findings.append(refused_row(number, problem))

    def taken(session: Session, now: datetime) -> Taken:
        _mark_keys(session, answers, now)
        found = list(findings)
        said = []
        for number, answer in answers.items():
            refusal = _try(session, (system, number, answer), now)
            if refusal is None:
                said.append(str(answer.answer))
            else:
                found.append(refusal)
        return counted(said, found)

    return taken


def _document(row: Canonical | FlatRow) -> Any:
    return dict(row.values) if isinstance(row, FlatRow) else row.model_dump(mode="json")


def _mark_keys(session: Session, answers: dict[int, ProposalAnswer], now: datetime) -> None:
    """All keys first, those of givers too: a recompute holds keys before proposals."""
    named = select(*PLACES).where(
        ProposalRow.external_ref.in_({one.external_ref for one in answers.values()})
    )
    keys = {key for row in session.execute(named) for key in keys_of(row)}
    dirty_keys.mark(session, keys, "erp", now)


def _try(
    session: Session, told: tuple[str, int, ProposalAnswer], now: datetime
) -> RowFinding | None:
    """Record one answer; the finding if it cannot be."""
    system, number, answer = told
    try:
        with session.begin_nested():
            _record(session, Reporter(system, answer.external_ref), answer, now)
    except Problem as problem:
        return refused_row(number, problem)
    return None


def _record(session: Session, reporter: Reporter, answer: ProposalAnswer, now: datetime) -> None:
    if isinstance(answer.answer, ProgressState):
        body = ProgressBody(
            state=answer.answer,
            purchase_order_number=answer.purchase_order_number,
            ordered_quantity=answer.ordered_quantity,
            occurred_at=answer.occurred_at,
            expected_date=answer.expected_date,
        )
        report_progress(session, reporter, body, now)
        return
    claim_id, quantity = _claim(session, reporter, answer)
    if answer.answer == _REFUSED:
        no = RefusalBody(
            claim_id=claim_id, reason=answer.reason or "", erp_number=answer.erp_number
        )
        refuse(session, reporter, no, now)
        give_up(session, reporter.external_ref)
    else:
        accepted = quantity if answer.accepted_quantity is None else answer.accepted_quantity
        yes = AcknowledgementBody(
            claim_id=claim_id,
            erp_number=answer.erp_number or "",
            accepted_quantity=accepted,
            expected_date=answer.expected_date,
        )
        acknowledge(session, reporter, yes, now)
    session.execute(
        update(HandOffRow)
        .where(HandOffRow.claim_id == claim_id, HandOffRow.external_ref == answer.external_ref)
        .values(status=Status.ANSWERED)
        .execution_options(synchronize_session=False)
    )


def _claim(session: Session, reporter: Reporter, answer: ProposalAnswer) -> tuple[UUID, Decimal]:
    """The claim that is answered, and the quantity that it offered."""
    claims = select(ClaimRow).where(ClaimRow.principal == reporter.principal)
    named = answer.claim_id or _claim_of_document(session, answer)
    if named is not None:
        claims = claims.where(ClaimRow.claim_id == named)
    else:
        claims = claims.join(HandOffRow, HandOffRow.claim_id == ClaimRow.claim_id).where(
            HandOffRow.external_ref == reporter.external_ref
        )
    newest_first = claims.order_by(ClaimRow.created_at.desc(), ClaimRow.claim_id.desc())
    asked = answer.offer if named is None else None
    claim = next(
        (one for one in session.scalars(newest_first) if _is_for(one, answer.external_ref, asked)),
        None,
    )
    if claim is None:
        raise Problem(
            404,
            "never-claimed",
            f"{reporter.external_ref} was never handed to {reporter.principal!r}",
            remedy="Check the reference.",
        )
    return claim.claim_id, quantity_in(claim, reporter.external_ref)


def _is_for(claim: ClaimRow, external_ref: str, offer: int | None) -> bool:
    """Whether the claim made this offer of something new; any will do where none is named."""
    return offer is None or (
        claim.kind not in REQUEST_STATES and offer_in(claim, external_ref) == offer
    )


def _claim_of_document(session: Session, answer: ProposalAnswer) -> UUID | None:
    """Under which claim the document that is refused was acknowledged, or refused before."""
    if answer.answer != _REFUSED or answer.erp_number is None:
        return None
    row = session.scalar(select(ProposalRow).where(ProposalRow.external_ref == answer.external_ref))
    said = [] if row is None else earlier_answers(session, row, ANSWERS)
    same = (one for one in said if one["asked"].get("erp_number") == answer.erp_number)
    return next((UUID(one["claim_id"]) for one in same), None)
