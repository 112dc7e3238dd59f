"""What a giver has promised: transfers that the ERP has taken and its stock still shows.

From the claim until it ships, the quantity lies at the giver and is not free. Once it has
shipped, a stock position that is older than the shipment still shows it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.database.key_sets import rows_of_keys
from service.feeds.tables import StockPositionRow
from service.proposals.offer import taken_quantity
from service.proposals.states import COMMITTED, UNDER_WAY
from service.proposals.tables import ProposalRow
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class ReservedTransfer:
    """A quantity that lies at ``giver`` for another location; base units."""

    giver: Key
    external_ref: str
    to_location_id: str
    quantity: Decimal
    state: str


def reserved(session: Session, keys: Collection[Key]) -> list[ReservedTransfer]:
    """What is reserved at ``keys``, oldest first for each key."""
    not_gone = [state.value for state in COMMITTED - UNDER_WAY]
    gone = [state.value for state in UNDER_WAY]
    taken = (
        select(ProposalRow.item_id, ProposalRow.from_location_id, ProposalRow)
        .outerjoin(
            StockPositionRow,
            and_(
                StockPositionRow.item_id == ProposalRow.item_id,
                StockPositionRow.location_id == ProposalRow.from_location_id,
                StockPositionRow.gone.is_(False),
            ),
        )
        .where(
            ProposalRow.kind == ProposalKind.TRANSFER.value,
            or_(
                ProposalRow.state.in_(not_gone),
                and_(
                    ProposalRow.state.in_(gone),
                    StockPositionRow.as_of < ProposalRow.shipped_at,
                ),
            ),
        )
        .order_by(ProposalRow.created_at, ProposalRow.proposal_id)
    )
    return [
        ReservedTransfer(
            giver=(row.item_id, row.from_location_id),
            external_ref=row.external_ref,
            to_location_id=row.location_id,
            quantity=_held_quantity(row),
            state=row.state,
        )
        for _, _, row in rows_of_keys(session, taken, ProposalRow.item_id, keys)
    ]


def _held_quantity(row: ProposalRow) -> Decimal:
    """What the ERP moves: what it said it shipped, else what it took."""
    shipped = row.ordered_quantity if row.state in UNDER_WAY else None
    return taken_quantity(row) if shipped is None else shipped
