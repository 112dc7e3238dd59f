"""The ERP takes proposals: a claim leases them while it creates its documents.

A claim asked for again under the same Idempotency-Key gets the same answer while its lease
lasts. When a lease ends without an answer, nobody knows whether the ERP created a document: the
proposal is ``unconfirmed``, is never changed, and is offered again, under the same reference and
marked ``previously_taken``, to the system that had taken it and to no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.database.base import new_id
from service.database.upsert import insert_into
from service.http.problems import Problem
from service.proposals.claimable import claimable, still_claimable
from service.proposals.declined import declined_until
from service.proposals.documents import offered
from service.proposals.leases import LEASED, expire_claims
from service.proposals.offer import planners_cut
from service.proposals.states import REQUESTED, Event, State
from service.proposals.subject import NEW_KINDS, keys_of
from service.proposals.tables import ClaimRow, ProposalRow
from service.proposals.transitions import Change, transition
from service.work import dirty_keys
from service.work.business_date import business_date

__all__ = ["ClaimRequest", "claim", "expire_claims"]

_CLAIMS_LOCK = 0x50_45_47_01
"""Number of the advisory lock (PostgreSQL) under which claims choose, one after the other."""


@dataclass(frozen=True)
class ClaimRequest:
    """Who wants how many proposals of which kind; no ``locations`` means all of them.

    ``digest`` is that of the request's body: the same key with another body is refused.
    """

    principal: str
    idempotency_key: str
    digest: str
    kind: ProposalKind
    limit: int
    lease: timedelta
    locations: tuple[str, ...] = ()


def claim(session: Session, request: ClaimRequest, now: datetime) -> dict[str, Any]:
    """Lease proposals and return the answer: claim_id, leased_until and the proposals.

    Let ``expire_claims`` run in a transaction before. Raises a 409 problem if the lease of an
    earlier claim with this key has ended, 422 if the key was used with another body.
    """
    claim_id = _new_claim(session, request, now)
    if claim_id is None:
        return _earlier_answer(session, request, now)
    rows = _take(session, request, now)
    today = business_date(session, now)
    for row in rows:
        values = {"claim_id": claim_id, **_taken(row, request, today)}
        event = Event.REQUEST_CLAIMED if row.state in REQUESTED else Event.CLAIMED
        to = State(row.state) if row.state in REQUESTED else State.CLAIMED
        transition(
            session, row, Change(event, to, f"system:{request.principal}", values=values), now
        )
    leased = session.get_one(ClaimRow, claim_id)
    leased.answer = {
        "claim_id": str(claim_id),
        "kind": request.kind.value,
        "leased_until": leased.leased_until.isoformat(),
        "proposals": [offered(row, request.kind).model_dump(mode="json") for row in rows],
    }
    session.flush()
    return leased.answer


def _new_claim(session: Session, request: ClaimRequest, now: datetime) -> UUID | None:
    """The id of the new claim; None if there is one under this key. A twin request waits here."""
    fresh = insert_into(session, ClaimRow).values(
        claim_id=new_id(),
        principal=request.principal,
        idempotency_key=request.idempotency_key,
        digest=request.digest,
        kind=request.kind.value,
        answer={},
        leased_until=now + request.lease,
        state=LEASED,
        created_at=now,
    )
    claim_id: UUID | None = session.scalar(
        fresh.on_conflict_do_nothing(index_elements=["principal", "idempotency_key"]).returning(
            ClaimRow.claim_id
        )
    )
    return claim_id


def _earlier_answer(session: Session, request: ClaimRequest, now: datetime) -> dict[str, Any]:
    earlier = session.scalars(
        select(ClaimRow).where(
            ClaimRow.principal == request.principal,
            ClaimRow.idempotency_key == request.idempotency_key,
        )
    ).one()
    if earlier.digest != request.digest:
        raise Problem(
            422,
            "idempotency-key-reused",
            "This Idempotency-Key was used for another claim",
            remedy="Use a new key for a new claim.",
        )
    if earlier.state != LEASED or earlier.leased_until <= now:
        raise Problem(
            409,
            "claim-ended",
            "The lease of this claim has ended",
            f"It ended at {earlier.leased_until.isoformat()}.",
            remedy="Claim again with a new key; what you had not answered is offered again.",
            claim_id=str(earlier.claim_id),
        )
    return earlier.answer


def _take(session: Session, request: ClaimRequest, now: datetime) -> Sequence[ProposalRow]:
    """Choose, mark the keys, lock: in this order, which is also the recompute's.

    The marks make a recompute that has read its inputs before this claim leave the keys alone;
    else it would take the claimed quantity for still missing and propose it once more.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_CLAIMS_LOCK)))
    chosen = session.execute(
        claimable(request.kind, request.principal, request.locations, now).limit(request.limit)
    ).all()
    approved = [key for row in chosen if row.state == State.APPROVED for key in keys_of(row)]
    dirty_keys.mark(session, approved, "claim", now)
    ids = [row.proposal_id for row in chosen]
    rows = session.scalars(still_claimable(request.kind, ids, now)).all()
    order = {proposal_id: position for position, proposal_id in enumerate(ids)}
    return sorted(rows, key=lambda row: order[row.proposal_id])


def _taken(row: ProposalRow, request: ClaimRequest, today: date) -> dict[str, Any]:
    """The columns that tell who has it, and that a planner's cut is a no."""
    if request.kind not in NEW_KINDS:
        return {}
    cut = {"declined_until": declined_until(row, today)} if planners_cut(row) > 0 else {}
    return {"taken_by": request.principal, **cut}
