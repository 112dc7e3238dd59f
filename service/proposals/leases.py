"""How long a claim holds: extension, end, and what is left behind."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.http.problems import Problem
from service.proposals.states import REQUESTED, Event, State
from service.proposals.tables import ClaimRow, ProposalRow
from service.proposals.transitions import Change, transition

LEASED, SETTLED, EXPIRED = "leased", "settled", "expired"


def expire_claims(session: Session, now: datetime) -> int:
    """End the leases that have run out; returns how many proposals were left without an answer.

    A claim whose proposals are all answered is settled. Of the others nobody knows what the ERP
    did: they become unconfirmed; requests for a change are simply offered again.
    """
    ended = session.scalars(
        select(ClaimRow)
        .where(ClaimRow.state == LEASED, ClaimRow.leased_until <= now)
        .order_by(ClaimRow.claim_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    unanswered = _unanswered(session, [claim.claim_id for claim in ended])
    expired = {row.claim_id for row in unanswered}
    for claim in ended:
        claim.state = EXPIRED if claim.claim_id in expired else SETTLED
    for row in unanswered:
        transition(session, row, _left_behind(row), now)
    session.flush()
    return len(unanswered)


def extend(
    session: Session, principal: str, claim_id: UUID, lease: timedelta, now: datetime
) -> dict[str, Any]:
    """Let the lease last ``lease`` from now; returns claim_id and leased_until.

    Raises a 404 problem for a claim of another system, 409 if the lease has ended.
    """
    claim = session.scalar(
        select(ClaimRow)
        .where(ClaimRow.claim_id == claim_id, ClaimRow.principal == principal)
        .with_for_update()
    )
    if claim is None:
        raise unknown_claim()
    if claim.state != LEASED or claim.leased_until <= now:
        raise Problem(
            409,
            "claim-ended",
            "The lease of this claim has ended",
            f"It ended at {claim.leased_until.isoformat()}.",
            remedy="Acknowledge what you created; the rest is offered to your next claim.",
        )
    claim.leased_until = max(claim.leased_until, now + lease)
    leased_until = claim.leased_until.isoformat()
    claim.answer = {**claim.answer, "leased_until": leased_until}
    return {"claim_id": str(claim_id), "leased_until": leased_until}


def unknown_claim() -> Problem:
    """The problem that the system has no such claim."""
    return Problem(
        404,
        "unknown-claim",
        "There is no such claim of yours",
        remedy="Use the claim_id that the answer to POST /v1/proposal-claims gave.",
    )


def _unanswered(session: Session, claim_ids: list[UUID]) -> list[ProposalRow]:
    waiting = [State.CLAIMED.value, *(state.value for state in REQUESTED)]
    return list(
        session.scalars(
            select(ProposalRow)
            .where(ProposalRow.claim_id.in_(claim_ids), ProposalRow.state.in_(waiting))
            .order_by(ProposalRow.proposal_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _left_behind(row: ProposalRow) -> Change:
    reason = "the lease ended without an answer"
    values: dict[str, Any] = {"previously_taken": True}
    if row.state == State.CLAIMED:
        return Change(Event.CLAIM_EXPIRED, State.UNCONFIRMED, reason=reason, values=values)
    values["claim_id"] = None
    return Change(Event.CLAIM_EXPIRED, State(row.state), reason=reason, values=values)
