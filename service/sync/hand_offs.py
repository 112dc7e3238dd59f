"""Hand-offs: proposals claimed in an ERP's name, on their way to a document there.

What is written down is what we may do next. ``waiting``: surely not carried out, ask for it.
``unclear``: it may have been carried out, look it up before asking again; written before every
call, so a crash in the middle is unclear, too. ``handed_over``: it lies where the ERP fetches
it. ``answered``: its answer is recorded with the proposal. ``lost``: its lease ended, and the
proposal is claimed anew.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind, RequisitionProposal
from adapters.ports import Failure
from adapters.repetition import CREATING
from service.database.base import new_id
from service.http.problems import Problem
from service.proposals.claims import ClaimRequest, claim
from service.proposals.leases import LEASED, extend
from service.proposals.states import COMMITTED
from service.proposals.tables import ClaimRow, ProposalRow
from service.sync.back_off import CAP
from service.sync.tables import HandOffRow
from service.sync.visit import Visit

PATIENCE = timedelta(minutes=5)
"""Longer than all calls for one batch may take together."""

_LONGEST_DETAIL = 1000


class Status(StrEnum):
    """Where a hand-off stands."""

    WAITING = "waiting"
    UNCLEAR = "unclear"
    HANDED_OVER = "handed_over"
    ANSWERED = "answered"
    LOST = "lost"


ON_THE_WAY = (Status.WAITING, Status.UNCLEAR)


@dataclass(frozen=True)
class HandOff:
    """A hand-off in hand, under the lease ``lease``."""

    claim_id: UUID
    lease: UUID
    attempts: int
    unclear: bool
    proposal: RequisitionProposal

    @property
    def ref(self) -> str:
        """The reference under which the ERP knows, or will know, it."""
        return self.proposal.external_ref

    @property
    def creates(self) -> bool:
        """Whether a new document is asked for."""
        return self.proposal.kind in CREATING


def on_the_way(session: Session, connection: str) -> int:
    """How many hand-offs of the connection are neither handed over nor answered."""
    counted = select(func.count()).where(
        HandOffRow.connection == connection, HandOffRow.status.in_(ON_THE_WAY)
    )
    return session.execute(counted).scalar_one()


def take_on(session: Session, visit: Visit, kind: ProposalKind, limit: int, now: datetime) -> int:
    """Claim proposals of ``kind`` in the connection's name; returns how many."""
    request = ClaimRequest(
        principal=visit.name,
        idempotency_key=f"push-{new_id()}",
        digest="push",
        kind=kind,
        limit=limit,
        lease=lease_length(visit),
    )
    claimed = claim(session, request, now)
    offers = claimed["proposals"]
    session.execute(
        update(HandOffRow)
        .where(
            HandOffRow.external_ref.in_([offer["external_ref"] for offer in offers]),
            HandOffRow.status != Status.ANSWERED,
        )
        .values(status=Status.LOST)
        .execution_options(synchronize_session=False)
    )
    session.add_all(_new(visit.name, UUID(claimed["claim_id"]), offer, now) for offer in offers)
    session.flush()
    return len(offers)


def _new(connection: str, claim_id: UUID, offer: Mapping[str, Any], now: datetime) -> HandOffRow:
    return HandOffRow(
        claim_id=claim_id,
        external_ref=offer["external_ref"],
        connection=connection,
        kind=offer["kind"],
        document=dict(offer),
        status=Status.UNCLEAR if offer["previously_taken"] else Status.WAITING,
        due_at=now,
        created_at=now,
    )


def lease_length(visit: Visit) -> timedelta:
    """How long a claim lasts from each call on: until nothing of the call can come any more."""
    return PATIENCE + visit.hold + CAP


def take_up(session: Session, connection: str, limit: int, now: datetime) -> list[HandOff]:
    """Lease the hand-offs that are due; those whose claim has ended are lost."""
    due = (
        HandOffRow.connection == connection,
        HandOffRow.status.in_(ON_THE_WAY),
        HandOffRow.due_at <= now,
    )
    ended = select(ClaimRow.claim_id).where(
        ClaimRow.claim_id == HandOffRow.claim_id,
        (ClaimRow.state != LEASED) | (ClaimRow.leased_until <= now),
    )
    session.execute(
        update(HandOffRow)
        .where(*due, ended.exists())
        .values(status=Status.LOST)
        .execution_options(synchronize_session=False)
    )
    rows = session.scalars(
        select(HandOffRow)
        .where(*due)
        .order_by(HandOffRow.due_at, HandOffRow.external_ref)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    lease = new_id()
    for row in rows:
        row.lease = lease
        row.due_at = now + PATIENCE
    session.flush()
    return [_in_hand(row, lease) for row in rows]


def _in_hand(row: HandOffRow, lease: UUID) -> HandOff:
    return HandOff(
        row.claim_id,
        lease,
        row.attempts,
        row.status == Status.UNCLEAR,
        RequisitionProposal.model_validate(row.document),
    )


def intend(
    session: Session, visit: Visit, wanted: Sequence[HandOff], now: datetime
) -> list[HandOff]:
    """Write down that these are asked for now; returns those that may be.

    From here on each is unclear until its answer is known. Whose claim has ended meanwhile, or
    who is in other hands by now, is left out.
    """
    held = keep_claims(session, visit.name, wanted, lease_length(visit), now)
    values = {
        "status": Status.UNCLEAR,
        "attempts": HandOffRow.attempts + 1,
        "due_at": now + PATIENCE + visit.hold,
        "last_failure": Failure.AMBIGUOUS.value,
        "last_detail": "it was asked for, and no answer is known",
    }
    return [one for one in wanted if one.claim_id in held and _update(session, one, values)]


def keep_claims(
    session: Session,
    connection: str,
    hand_offs: Collection[HandOff],
    lease: timedelta,
    now: datetime,
) -> set[UUID]:
    """Let the claims behind ``hand_offs`` last ``lease`` from now; returns those that still do."""
    held = set()
    for claim_id in sorted({one.claim_id for one in hand_offs}):
        try:
            extend(session, connection, claim_id, lease, now)
        except Problem:
            continue
        held.add(claim_id)
    return held


def put_back(
    session: Session, one: HandOff, status: Status, told: tuple[Failure, str], due_at: datetime
) -> None:
    """No answer yet: what is to be done next, from when on, and what the system said."""
    failure, detail = told
    values = {
        "status": status,
        "due_at": due_at,
        "lease": None,
        "last_failure": failure.value,
        "last_detail": detail[:_LONGEST_DETAIL],
    }
    _update(session, one, values)


def conclude(session: Session, one: HandOff, status: Status, detail: str = "") -> None:
    """The hand-off is over, for us, whoever holds its lease by now; an answer stays one."""
    session.execute(
        update(HandOffRow)
        .where(
            HandOffRow.claim_id == one.claim_id,
            HandOffRow.external_ref == one.ref,
            HandOffRow.status != Status.ANSWERED,
        )
        .values(status=status, lease=None, last_detail=detail[:_LONGEST_DETAIL] or None)
        .execution_options(synchronize_session=False)
    )


def give_up(session: Session, external_ref: str) -> None:
    """What is on the way about a proposal that the ERP does not have is asked for no more."""
    taken = select(ProposalRow.proposal_id).where(
        ProposalRow.external_ref == external_ref,
        ProposalRow.state.in_([state.value for state in COMMITTED]),
    )
    session.execute(
        update(HandOffRow)
        .where(
            HandOffRow.external_ref == external_ref,
            HandOffRow.status.in_(ON_THE_WAY),
            ~taken.exists(),
        )
        .values(status=Status.LOST, lease=None)
        .execution_options(synchronize_session=False)
    )


def _update(session: Session, one: HandOff, values: Mapping[str, Any]) -> bool:
    """Change the row as long as it is under our lease."""
    changed = session.execute(
        update(HandOffRow)
        .where(
            HandOffRow.claim_id == one.claim_id,
            HandOffRow.external_ref == one.ref,
            HandOffRow.lease == one.lease,
        )
        .values(**values)
        .returning(HandOffRow.external_ref)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None
