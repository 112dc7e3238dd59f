"""Which proposals a system may claim."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from adapters.canonical.proposal import ProposalKind
from service.proposals.states import State
from service.proposals.subject import PLACES
from service.proposals.tables import ProposalRow

_REQUESTS = {
    ProposalKind.CHANGE: State.CHANGE_REQUESTED,
    ProposalKind.CANCEL: State.CANCEL_REQUESTED,
}


def claimable(
    kind: ProposalKind, principal: str, locations: Collection[str], now: datetime
) -> Select[UUID, str, str, str, str]:
    """What ``principal`` may claim, oldest first: proposal_id, ``PLACES`` and state.

    What a system took before is offered to that system alone: it may hold a document for it.
    """
    theirs = or_(ProposalRow.taken_by.is_(None), ProposalRow.taken_by == principal)
    never_taken = ProposalRow.state == State.APPROVED.value
    chosen = select(ProposalRow.proposal_id, *PLACES, ProposalRow.state).where(
        _offered(kind, now), or_(never_taken, theirs)
    )
    if locations:
        chosen = chosen.where(ProposalRow.location_id.in_(sorted(locations)))
    return chosen.order_by(ProposalRow.created_at, ProposalRow.proposal_id)


def still_claimable(
    kind: ProposalKind, proposal_ids: Collection[UUID], now: datetime
) -> Select[ProposalRow]:
    """Those of the chosen that nobody changed meanwhile, locked; what others hold is left out."""
    return (
        select(ProposalRow)
        .where(ProposalRow.proposal_id.in_(proposal_ids), _offered(kind, now))
        .order_by(ProposalRow.proposal_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _offered(kind: ProposalKind, now: datetime) -> ColumnElement[bool]:
    if kind in _REQUESTS:
        return and_(ProposalRow.state == _REQUESTS[kind].value, ProposalRow.claim_id.is_(None))
    released = or_(ProposalRow.release_not_before.is_(None), ProposalRow.release_not_before <= now)
    return and_(
        ProposalRow.kind == kind.value,
        or_(
            and_(ProposalRow.state == State.APPROVED.value, released),
            ProposalRow.state == State.UNCONFIRMED.value,
        ),
    )
