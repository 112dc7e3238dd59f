"""The ERP says no, with a reason: a person must look."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.http.problems import Problem
from service.proposals.acknowledgements import ANSWERS
from service.proposals.claimable import REQUEST_STATES
from service.proposals.declined import declined_until
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
from service.proposals.review import send_to_review
from service.proposals.states import AMENDABLE, REQUESTED, Event, State
from service.proposals.subject import about_the_same
from service.proposals.tables import ClaimRow, ProposalEventRow, ProposalRow
from service.proposals.transitions import Change, transition
from service.work.business_date import business_date

_LONGEST_REASON = 1000


def refuse(
    session: Session, reporter: Reporter, body: RefusalBody, now: datetime
) -> dict[str, Any]:
    """Record the refusal and return the record; saying it again gives the same answer.

    A refused requisition goes back to review, and no policy approves it. If its item and
    location have another open proposal by now, that one goes to review instead and carries the
    need of both. A refused transfer is as good as rejected: its need goes to another giver or to
    a supplier at once. A refused change leaves what was accepted in force. A 409 problem if the
    system has claimed the proposal again since: under that claim it may be creating its document.
    """
    row = reported_on(session, reporter, now)
    claim = claim_of(session, reporter, body.claim_id)
    asked = {"refused": body.reason}
    for said in earlier_answers(session, row, ANSWERS):
        if said["claim_id"] == str(body.claim_id):
            if said["asked"] == asked:
                return dict(said["answer"])
            raise answered_otherwise(row, "Report what happened since as progress.")
    _must_be_newest_claim(session, row, claim)
    request = claim.kind in REQUEST_STATES
    change = _not_changed(row, claim) if request else _not_taken(session, row, body, now)
    answer = {"external_ref": row.external_ref, "state": change.to.value, "reason": body.reason}
    details = {
        "claim_id": str(body.claim_id),
        "asked": asked,
        "answer": answer,
        "recommendation_id": str(row.recommendation_id),
    }
    actor, reason = reporter.actor, body.reason
    transition(
        session, row, Change(change.event, change.to, actor, reason, change.values, details), now
    )
    session.flush()
    return answer


def _must_be_newest_claim(session: Session, row: ProposalRow, claim: ClaimRow) -> None:
    """What is said under an earlier claim is no answer to the one that runs, or ran, since."""
    request = claim.kind in REQUEST_STATES
    awaited = REQUESTED if request else {State.CLAIMED, State.UNCONFIRMED}
    last = _last_claim(session, row) if row.state in awaited else None
    if last not in {None, str(claim.claim_id)}:
        raise Problem(
            409,
            "claimed-again",
            "A later claim of yours offered this proposal again",
            f"{row.external_ref} is {row.state} under claim {last}. Nothing was changed.",
            remedy="Look the reference up, and answer under the claim that you made last.",
            claim_id=last,
        )


def _last_claim(session: Session, row: ProposalRow) -> str | None:
    """The claim that offered ``row`` last; of a request whose lease ended, only history knows."""
    if row.claim_id is not None:
        return str(row.claim_id)
    line = session.scalar(
        select(ProposalEventRow)
        .where(
            ProposalEventRow.proposal_id == row.proposal_id,
            ProposalEventRow.event == Event.REQUEST_CLAIMED.value,
        )
        .order_by(ProposalEventRow.occurred_at.desc(), ProposalEventRow.event_id.desc())
        .limit(1)
    )
    return None if line is None else line.details["changed"]["claim_id"]["to"]


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
        "offer": row.offer + 1,
    }
    if row.kind == ProposalKind.TRANSFER:
        no_until = declined_until(row, business_date(session, now))
        return Change(Event.REFUSED, State.REJECTED, values={**values, "declined_until": no_until})
    other = _other_open(session, row)
    if other is None:
        return Change(Event.REFUSED, State.IN_REVIEW, values=values)
    why = f"{row.taken_by} refused {row.external_ref}, whose need is now here: {body.reason}"
    send_to_review(session, other, why[:_LONGEST_REASON], now)
    return Change(Event.SUPERSEDED, State.SUPERSEDED, values=values)


def _other_open(session: Session, row: ProposalRow) -> ProposalRow | None:
    return session.scalar(
        select(ProposalRow)
        .where(
            about_the_same(row),
            ProposalRow.state.in_([state.value for state in AMENDABLE]),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _not_changed(row: ProposalRow, claim: ClaimRow) -> Change:
    if row.state not in {State.ACKNOWLEDGED, *REQUESTED}:
        raise answered_otherwise(row, "Report what happened since as progress.")
    asked_for = quantity_in(claim, row.external_ref)
    values = {
        "refused_quantity": lowest(asked_for, row.refused_quantity),
        "requested_quantity": None,
        "previously_taken": False,
        "offer": row.offer + 1,
    }
    return Change(Event.REQUEST_REFUSED, State.ACKNOWLEDGED, values=values)
