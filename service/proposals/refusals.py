"""The ERP says no, with a reason: a person must look."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.http.problems import Problem
from service.proposals.acknowledgements import ANSWERS
from service.proposals.claimable import REQUEST_STATES
from service.proposals.committed import is_in_feed
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
from service.proposals.states import AMENDABLE, NOT_ORDERED_YET, REQUESTED, Event, State
from service.proposals.subject import about_the_same
from service.proposals.tables import ClaimRow, ProposalEventRow, ProposalRow
from service.proposals.transitions import Change, transition
from service.work.business_date import business_date

_LONGEST_REASON = 1000
_OF_ITS_DOCUMENT = (
    "erp_number",
    "accepted_quantity",
    "expected_date",
    "requested_quantity",
    "refused_quantity",
)
"""Columns about the document that the ERP had."""


def refuse(
    session: Session, reporter: Reporter, body: RefusalBody, now: datetime
) -> dict[str, Any]:
    """Record the refusal and return the record; saying it again gives the same answer.

    A refused requisition goes back to review, and no policy approves it. So does one that the
    ERP had acknowledged, as long as nothing of it is ordered: its document there is void. If its
    item and location have another open proposal by now, that one goes to review instead and
    carries the need of both. A refused transfer is as good as rejected: its need goes to another
    giver or to a supplier at once. A refused change leaves what was accepted in force. A 409
    problem if the system has claimed the proposal again since: under that claim it may be
    creating its document.
    """
    row = reported_on(session, reporter, now)
    claim = claim_of(session, reporter, body.claim_id)
    repeated = _said_before(session, row, body, claim)
    if repeated is not None:
        return repeated
    _must_be_newest_claim(session, row, claim)
    request = claim.kind in REQUEST_STATES
    if not request:
        _must_be_able_to(session, row, body, claim)
    change = _not_changed(row, claim) if request else _not_taken(session, row, body, now)
    answer = _answer(row, change.to, body)
    details = {
        "claim_id": str(body.claim_id),
        "asked": _asked(body),
        "answer": answer,
        "recommendation_id": str(row.recommendation_id),
    }
    actor, reason = reporter.actor, body.reason
    transition(
        session, row, Change(change.event, change.to, actor, reason, change.values, details), now
    )
    session.flush()
    return answer


def _said_before(
    session: Session, row: ProposalRow, body: RefusalBody, claim: ClaimRow
) -> dict[str, Any] | None:
    """The answer that was given to the same refusal; None if it is a new one.

    Of a document that is void already it is of no matter in which words that is said again, and
    what was cancelled because we asked for it needs no refusal.
    """
    asked = _asked(body)
    for said in earlier_answers(session, row, ANSWERS):
        if said["claim_id"] != str(body.claim_id):
            continue
        same_document = body.erp_number and body.erp_number == said["asked"].get("erp_number")
        void_already = "refused" in said["asked"] and body.erp_number is not None
        if said["asked"] == asked or void_already:
            return dict(said["answer"])
        if "refused" in said["asked"] or claim.kind in REQUEST_STATES:
            raise answered_otherwise(row, "Report what happened since as progress.")
        if row.state == State.CANCELLED and same_document:
            return _answer(row, State.CANCELLED, body)
        break
    return None


def _asked(body: RefusalBody) -> dict[str, Any]:
    number = {} if body.erp_number is None else {"erp_number": body.erp_number}
    return {"refused": body.reason, **number}


def _answer(row: ProposalRow, state: State, body: RefusalBody) -> dict[str, Any]:
    return {"external_ref": row.external_ref, "state": state.value, "reason": body.reason}


def _must_be_able_to(
    session: Session, row: ProposalRow, body: RefusalBody, claim: ClaimRow
) -> None:
    """A 409 problem unless the claim is unanswered, or the document made under it is not ordered.

    A purchase line in the ERP's feed is an order, whatever its requisition is.
    """
    if row.state in {State.CLAIMED, State.UNCONFIRMED}:
        return
    can_be = row.state in NOT_ORDERED_YET and body.erp_number in {None, row.erp_number}
    taken = _taken_under(session, row) if can_be else None
    if taken is None or claim.created_at < taken.created_at or is_in_feed(session, row):
        raise answered_otherwise(row, "Cancel it in the ERP and report it as closed.")


def _taken_under(session: Session, row: ProposalRow) -> ClaimRow | None:
    """The claim under which the document that counts now was acknowledged."""
    said = earlier_answers(session, row, {Event.ACKNOWLEDGED})
    return session.get(ClaimRow, UUID(said[0]["claim_id"])) if said else None


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
    held = f"had it as {row.erp_number} and " if row.state in NOT_ORDERED_YET else ""
    why = f"{row.taken_by} {held}refused it: {body.reason}"
    values = {
        **dict.fromkeys(_OF_ITS_DOCUMENT),
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
    if row.state not in NOT_ORDERED_YET:
        raise answered_otherwise(row, "Report what happened since as progress.")
    asked_for = quantity_in(claim, row.external_ref)
    values = {
        "refused_quantity": lowest(asked_for, row.refused_quantity),
        "requested_quantity": None,
        "previously_taken": False,
        "offer": row.offer + 1,
    }
    return Change(Event.REQUEST_REFUSED, State.ACKNOWLEDGED, values=values)
