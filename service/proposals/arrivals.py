"""Transfers that have arrived: closed once the stock figures of both ends show it."""

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from adapters.canonical.proposal import ProposalKind
from service.feeds.tables import StockPositionRow
from service.proposals.states import Event, State
from service.proposals.tables import ProposalRow
from service.proposals.transitions import Change, transition


def close_arrived(session: Session, now: datetime) -> int:
    """Close received transfers that neither position counts any more; returns how many."""
    giver, receiver = aliased(StockPositionRow), aliased(StockPositionRow)
    arrived = (
        select(ProposalRow)
        .join(
            giver,
            and_(
                giver.item_id == ProposalRow.item_id,
                giver.location_id == ProposalRow.from_location_id,
                giver.as_of >= ProposalRow.shipped_at,
            ),
        )
        .join(
            receiver,
            and_(
                receiver.item_id == ProposalRow.item_id,
                receiver.location_id == ProposalRow.location_id,
                receiver.as_of >= ProposalRow.received_at,
            ),
        )
        .where(
            ProposalRow.kind == ProposalKind.TRANSFER.value,
            ProposalRow.state == State.RECEIVED.value,
            giver.gone.is_(False),
            receiver.gone.is_(False),
        )
        .order_by(ProposalRow.proposal_id)
        .with_for_update(of=ProposalRow, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = session.scalars(arrived).all()
    for row in rows:
        reason = "the stock figures of both locations show it"
        transition(session, row, Change(Event.RECEIVED, State.CLOSED, reason=reason), now)
    session.flush()
    return len(rows)
