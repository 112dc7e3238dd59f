"""The ERP's answers: whose they are, about which claim, and whether they were given before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.http.problems import Problem
from service.proposals.leases import unknown_claim
from service.proposals.states import Event
from service.proposals.subject import PLACES, keys_of
from service.proposals.tables import ClaimRow, ProposalEventRow, ProposalRow
from service.proposals.transitions import locked, unknown_proposal
from service.work import dirty_keys


@dataclass(frozen=True)
class Reporter:
    """The system that reports on a proposal."""

    principal: str
    external_ref: str

    @property
    def actor(self) -> str:
        """As it stands in the history."""
        return f"system:{self.principal}"


def reported_on(session: Session, reporter: Reporter, now: datetime) -> ProposalRow:
    """The proposal, locked, with its keys marked dirty: the inventory position will change.

    The mark comes first: the recompute, too, holds keys before proposals.
    """
    found = session.execute(
        select(ProposalRow.proposal_id, *PLACES).where(
            ProposalRow.external_ref == reporter.external_ref
        )
    ).one_or_none()
    if found is None:
        raise unknown_proposal()
    dirty_keys.mark(session, keys_of(found), "erp", now)
    return locked(session, found.proposal_id)


def claim_of(session: Session, reporter: Reporter, claim_id: UUID) -> ClaimRow:
    """The reporter's claim that offered the proposal; a 404 problem if there is none."""
    claim = session.get(ClaimRow, claim_id)
    if claim is None or claim.principal != reporter.principal:
        raise unknown_claim()
    if _offered_in(claim, reporter.external_ref) is None:
        raise Problem(
            404,
            "not-in-claim",
            "The claim did not offer this proposal",
            remedy="Answer each proposal under the claim that offered it.",
        )
    return claim


def quantity_in(claim: ClaimRow, external_ref: str) -> Decimal:
    """The quantity that the claim asked for under this reference."""
    offer = _offered_in(claim, external_ref)
    return Decimal(0) if offer is None else Decimal(offer["quantity"])


def offer_in(claim: ClaimRow, external_ref: str) -> int | None:
    """Which offer of the proposal the claim made; None if it made none."""
    offer = _offered_in(claim, external_ref)
    return None if offer is None else int(offer.get("offer", 1))


def lowest(quantity: Decimal, known: Decimal | None) -> Decimal:
    """The lower of two totals that the ERP refused to go down to."""
    return quantity if known is None else min(quantity, known)


def _offered_in(claim: ClaimRow, external_ref: str) -> Mapping[str, Any] | None:
    offers = claim.answer.get("proposals", ())
    return next((offer for offer in offers if offer["external_ref"] == external_ref), None)


def earlier_answers(
    session: Session, row: ProposalRow, events: Collection[Event]
) -> list[Mapping[str, Any]]:
    """The details of the answers given to ``row`` in these events, newest first."""
    lines = session.scalars(
        select(ProposalEventRow)
        .where(
            ProposalEventRow.proposal_id == row.proposal_id,
            ProposalEventRow.event.in_([event.value for event in events]),
        )
        .order_by(ProposalEventRow.occurred_at.desc(), ProposalEventRow.event_id.desc())
    )
    return [line.details for line in lines if "asked" in line.details]


def answered_otherwise(row: ProposalRow, remedy: str) -> Problem:
    """The problem that the ERP contradicts what it said before."""
    return Problem(
        409,
        "answered-otherwise",
        "This proposal was answered otherwise before",
        f"{row.external_ref} is {row.state}"
        + (f" under number {row.erp_number}." if row.erp_number else ".")
        + " Nothing was changed.",
        remedy=remedy,
        state=row.state,
        erp_number=row.erp_number,
    )
