"""The ERP says no, with a reason: a person must look."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.proposals.acknowledgements import ANSWERS
from service.proposals.erp_answers import (
    Reporter,
    answered_otherwise,
    claim_of,
    earlier_answers,
    lowest,
    quantity_in,
    reported_on,
)
from service.proposals.erp_words import RefusalBody
from service.proposals.states import AMENDABLE, REQUESTED, Event, State
from service.proposals.tables import ClaimRow, ProposalRow
from service.proposals.transitions import Change, transition

_LONGEST_REASON = 1000


def refuse(
    session: Session, reporter: Reporter, body: RefusalBody, now: datetime
) -> dict[str, Any]:
    """Record the refusal and return the record; saying it again gives the same answer.

    A refused requisition goes back to review, and no policy approves it. If its item and
    location have another open proposal by now, that one goes to review instead and carries the
    need of both. A refused change leaves what was accepted in force.
    """
    row = reported_on(session, reporter, now)
    claim = claim_of(session, reporter, body.claim_id)
    asked = {"refused": body.reason}
    for said in earlier_answers(session, row, ANSWERS):
        if said["claim_id"] == str(body.claim_id):
            if said["asked"] == asked:
                return dict(said["answer"])
            raise answered_otherwise(row, "Report what happened since as progress.")
    requisition = claim.kind == ProposalKind.REQUISITION
    change = _not_taken(session, row, body, now) if requisition else _not_changed(row, claim)
    answer = {"external_ref": row.external_ref, "state": change.to.value, "reason": body.reason}
    details = {"claim_id": str(body.claim_id), "asked": asked, "answer": answer}
    actor, reason = reporter.actor, body.reason
    transition(
        session, row, Change(change.event, change.to, actor, reason, change.values, details), now
    )
    session.flush()
    return answer


def _not_taken(session: Session, row: ProposalRow, body: RefusalBody, now: datetime) -> Change:
    if row.state not in {State.CLAIMED, State.UNCONFIRMED}:
        raise answered_otherwise(row, "Cancel it in the ERP and report it as closed.")
    why = f"{row.taken_by} refused it: {body.reason}"
    values = {
        "review_reason": why[:_LONGEST_REASON],
        "approved_by": None,
        "release_not_before": None,
        "declined_until": None,
        "claim_id": None,
        "taken_by": None,
        "previously_taken": False,
    }
    other = _other_open(session, row)
    if other is None:
        return Change(Event.REFUSED, State.IN_REVIEW, values=values)
    why = f"{row.taken_by} refused {row.external_ref}, whose need is now here: {body.reason}"
    _send_to_review(session, other, why[:_LONGEST_REASON], now)
    return Change(Event.SUPERSEDED, State.SUPERSEDED, values=values)


def _other_open(session: Session, row: ProposalRow) -> ProposalRow | None:
    return session.scalar(
        select(ProposalRow)
        .where(
            ProposalRow.kind == row.kind,
            ProposalRow.item_id == row.item_id,
            ProposalRow.location_id == row.location_id,
            ProposalRow.state.in_([state.value for state in AMENDABLE]),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _send_to_review(session: Session, row: ProposalRow, why: str, now: datetime) -> None:
    """Put an open proposal to review; one that is put off stays so, and will say why then."""
    put_off = row.state == State.SNOOZED
    event = Event.AMENDED if put_off else Event.SENT_TO_REVIEW
    to = State.SNOOZED if put_off else State.IN_REVIEW
    values = {"review_reason": why, "approved_by": None, "release_not_before": None}
    transition(session, row, Change(event, to, reason=why, values=values), now)


def _not_changed(row: ProposalRow, claim: ClaimRow) -> Change:
    if row.state not in {State.ACKNOWLEDGED, *REQUESTED}:
        raise answered_otherwise(row, "Report what happened since as progress.")
    asked_for = quantity_in(claim, row.external_ref)
    values = {
        "refused_quantity": lowest(asked_for, row.refused_quantity),
        "requested_quantity": None,
        "previously_taken": False,
    }
    return Change(Event.REQUEST_REFUSED, State.ACKNOWLEDGED, values=values)
