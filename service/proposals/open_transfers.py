"""What people have said about transfers: open edits, and ways they do not want."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.database.key_sets import rows_of_items
from service.proposals.states import AMENDABLE
from service.proposals.tables import ProposalRow

Way = tuple[str, str, str]
"""Item, giver, receiver."""


def edited_transfers(
    session: Session, items: Collection[str]
) -> dict[Way, tuple[Decimal, Decimal]]:
    """By way, a planner's quantity on an open transfer and what was recommended then."""
    edited = (
        select(ProposalRow)
        .where(
            ProposalRow.kind == ProposalKind.TRANSFER.value,
            ProposalRow.state.in_([state.value for state in AMENDABLE]),
            ProposalRow.planner_quantity.is_not(None),
        )
        .order_by(ProposalRow.proposal_id)
    )
    return {
        (row.item_id, row.from_location_id, row.location_id): (
            row.planner_quantity or Decimal(0),
            row.recommended_quantity if row.edited_against is None else row.edited_against,
        )
        for (row,) in rows_of_items(session, edited, ProposalRow.item_id, items)
    }


def declined_ways(session: Session, items: Collection[str], today: date) -> frozenset[Way]:
    """The ways on which a no stands: nothing more is proposed there for now."""
    declined = select(
        ProposalRow.item_id, ProposalRow.from_location_id, ProposalRow.location_id
    ).where(ProposalRow.kind == ProposalKind.TRANSFER.value, ProposalRow.declined_until >= today)
    found = rows_of_items(session, declined, ProposalRow.item_id, items)
    return frozenset((row[0], row[1], row[2]) for row in found)
