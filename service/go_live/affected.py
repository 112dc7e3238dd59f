"""Whom late data hurts: what is planned with it, and what is about to be ordered on it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import Session

from service.feeds.batches import FeedKind
from service.feeds.tables import (
    ItemRow,
    LocationRow,
    OpenPurchaseLineRow,
    OpenSalesLineRow,
    OrderPointRow,
    SalesLineRow,
    StockPositionRow,
    SupplierConditionsRow,
    SupplierTermsRow,
    TransferLaneRow,
)
from service.proposals.states import AMENDABLE
from service.proposals.tables import ProposalRow
from service.replenishment.tables import CurrentRecommendationRow

_Planned = type[CurrentRecommendationRow] | type[ProposalRow]
_AtKey = (
    type[SalesLineRow]
    | type[StockPositionRow]
    | type[SupplierTermsRow]
    | type[OrderPointRow]
    | type[OpenPurchaseLineRow]
    | type[OpenSalesLineRow]
)


@dataclass(frozen=True)
class Affected:
    """Planned (item, location) keys and proposals that may still be changed."""

    planned_keys: int
    open_proposals: int


def affected_by(session: Session, system: str, kind: FeedKind) -> Affected:
    """What rests on ``system``'s data of this ``kind``.

    A count over what is planned, with a look at an index for each: for pages that people open.
    """
    rests = _RESTS_ON[kind]
    keys = select(func.count()).select_from(CurrentRecommendationRow)
    proposals = select(func.count()).where(
        ProposalRow.state.in_([state.value for state in AMENDABLE])
    )
    return Affected(
        session.scalar(keys.where(rests(CurrentRecommendationRow, system))) or 0,
        session.scalar(proposals.where(rests(ProposalRow, system))) or 0,
    )


def _at_key(*tables: _AtKey) -> Callable[[_Planned, str], ColumnElement[bool]]:
    def condition(planned: _Planned, system: str) -> ColumnElement[bool]:
        return or_(
            *(
                exists().where(
                    table.item_id == planned.item_id,
                    table.location_id == planned.location_id,
                    table.system == system,
                    table.gone.is_(False),
                )
                for table in tables
            )
        )

    return condition


def _item(planned: _Planned, system: str) -> ColumnElement[bool]:
    return exists().where(ItemRow.item_id == planned.item_id, ItemRow.system == system)


def _location(planned: _Planned, system: str) -> ColumnElement[bool]:
    return exists().where(
        LocationRow.location_id == planned.location_id, LocationRow.system == system
    )


def _lane(planned: _Planned, system: str) -> ColumnElement[bool]:
    return exists().where(
        TransferLaneRow.to_location_id == planned.location_id,
        or_(TransferLaneRow.item_id.is_(None), TransferLaneRow.item_id == planned.item_id),
        TransferLaneRow.system == system,
        TransferLaneRow.gone.is_(False),
    )


def _supplier(planned: _Planned, system: str) -> ColumnElement[bool]:
    return exists().where(
        SupplierTermsRow.item_id == planned.item_id,
        SupplierTermsRow.location_id == planned.location_id,
        SupplierTermsRow.gone.is_(False),
        SupplierConditionsRow.supplier_id == SupplierTermsRow.supplier_id,
        or_(
            SupplierConditionsRow.location_id.is_(None),
            SupplierConditionsRow.location_id == planned.location_id,
        ),
        SupplierConditionsRow.system == system,
        SupplierConditionsRow.gone.is_(False),
    )


def _none(_planned: _Planned, _system: str) -> ColumnElement[bool]:
    return ~true()


_RESTS_ON: dict[FeedKind, Callable[[_Planned, str], ColumnElement[bool]]] = {
    FeedKind.ITEMS: _item,
    FeedKind.LOCATIONS: _location,
    FeedKind.ACCOUNTS: _none,
    FeedKind.SUPPLIER_TERMS: _at_key(SupplierTermsRow),
    FeedKind.SUPPLIER_CONDITIONS: _supplier,
    FeedKind.TRANSFER_LANES: _lane,
    FeedKind.ORDER_POINTS: _at_key(OrderPointRow),
    FeedKind.SALES_LINES: _at_key(SalesLineRow),
    FeedKind.STOCK_POSITIONS: _at_key(StockPositionRow),
    FeedKind.OPEN_ORDERS: _at_key(OpenPurchaseLineRow, OpenSalesLineRow),
}
"""Accounts only group demand: no order rests on them."""
