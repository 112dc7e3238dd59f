"""Which keys are planned, and on which terms.

A key is planned while its item and location are in use and either some supplier's terms are
known, or a lane leads there and the item has stock or sales there. Without either there is no
lead time, and so no interval to protect.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.database.key_sets import rows_of_keys
from service.feeds.code_sets import one_of
from service.feeds.tables import (
    ItemRow,
    LocationRow,
    SalesLineRow,
    StockPositionRow,
    SupplierTermsRow,
)
from service.forecasts.transfer_lanes import LaneInUse, lanes_of
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class LaneTerms:
    """The terms of a key that lanes alone supply: those of the lane that is asked first.

    No supplier, price or lot: what such a key lacks is transferred or passed on, not bought.
    """

    lead_time_days: int
    review_period_days: int
    version_token: str | None
    received_at: datetime
    supplier_id: None = None
    minimum_order_quantity: Decimal = Decimal(0)
    order_multiple: Decimal = Decimal(1)
    unit_price: None = None
    currency: None = None

    @property
    def interval_days(self) -> int:
        """Protection interval = lead time of the lane + review period, calendar days."""
        return self.lead_time_days + self.review_period_days


TermsInForce = SupplierTermsRow | LaneTerms
"""What planning asks of either: lead time, review period, lot, price, supplier."""


def terms_in_force(
    session: Session, keys: Collection[Key] | None = None
) -> dict[Key, TermsInForce]:
    """The terms of the first supplier by priority, else of the first lane.

    For ``keys``, or for all planned keys.
    """
    statement = _terms_in_use()
    rows = (
        session.execute(statement)
        if keys is None
        else rows_of_keys(session, statement, SupplierTermsRow.item_id, keys)
    )
    chosen: dict[Key, TermsInForce] = {}
    for item_id, location_id, terms in rows:
        chosen.setdefault((item_id, location_id), terms)
    unserved = None if keys is None else set(keys) - chosen.keys()
    return _lane_terms(session, unserved) | chosen


def _terms_in_use() -> Select[str, str, SupplierTermsRow]:
    return (
        select(SupplierTermsRow.item_id, SupplierTermsRow.location_id, SupplierTermsRow)
        .join(ItemRow, ItemRow.item_id == SupplierTermsRow.item_id)
        .join(LocationRow, LocationRow.location_id == SupplierTermsRow.location_id)
        .where(
            SupplierTermsRow.gone.is_(False), ItemRow.gone.is_(False), LocationRow.gone.is_(False)
        )
        .order_by(
            SupplierTermsRow.item_id,
            SupplierTermsRow.location_id,
            SupplierTermsRow.priority,
            SupplierTermsRow.supplier_id,
        )
    )


def _lane_terms(session: Session, keys: Collection[Key] | None) -> dict[Key, TermsInForce]:
    """The terms by lane of those of ``keys`` (or of all) that a lane leads to."""
    if keys is not None and not keys:
        return {}
    lanes = lanes_of(session, None if keys is None else {item_id for item_id, _ in keys})
    targets = lanes.targets
    if keys is not None:
        keys = {key for key in keys if key[1] in targets}
    if not targets or (keys is not None and not keys):
        return {}
    terms: dict[Key, TermsInForce] = {}
    for item_id, location_id in _stocked_or_sold(session, targets, keys):
        lane = lanes.into(item_id, location_id)
        if lane is not None:
            terms[item_id, location_id] = _terms_of(lane)
    return terms


def _terms_of(lane: LaneInUse) -> LaneTerms:
    return LaneTerms(
        lane.lead_time_days, lane.review_period_days, lane.version_token, lane.received_at
    )


def _stocked_or_sold(
    session: Session, locations: Collection[str], keys: Collection[Key] | None
) -> set[Key]:
    """The keys at ``locations`` with a stock position or sales, whose item is in use."""
    found: set[Key] = set()
    for table in (StockPositionRow, SalesLineRow):
        columns: tuple[Any, Any] = (table.item_id, table.location_id)
        there: Select[Any] = (
            select(*columns)
            .join(ItemRow, ItemRow.item_id == table.item_id)
            .where(
                table.gone.is_(False),
                ItemRow.gone.is_(False),
                one_of(session, table.location_id, locations),
            )
            .distinct()
        )
        rows: Iterable[Any] = (
            session.execute(there)
            if keys is None
            else rows_of_keys(session, there, table.item_id, keys)
        )
        found |= {(row[0], row[1]) for row in rows}
    return found
