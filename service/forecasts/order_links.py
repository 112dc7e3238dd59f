"""Which orders belong to which opportunity lines, so that a deal is counted once.

The rules are in ``rules.ordering.order_linking``; here the lines are fetched. Shipped lines are
looked at too: they are what is left of an order that the ERP no longer calls open, and they must
not raise the baseline if the deal was incremental.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from adapters.canonical.demand import OpportunityStatus, QuantityBasis
from rules.ordering.order_linking import OpportunityLine, OrderLine, OrderLinks, link_orders
from service.database.key_sets import rows_of_items
from service.feeds.code_names import name_of
from service.feeds.tables import OpenSalesLineRow, SalesLineRow
from service.signals.tables import DemandSignalRow, SignalAllocationRow
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class LinkedDemand:
    """Opportunity lines and order lines of some keys, and how they hang together."""

    opportunities: dict[str, OpportunityLine]
    signals: dict[str, DemandSignalRow]
    open_orders: dict[str, OrderLine]
    shipped: dict[str, OrderLine]
    links: OrderLinks

    def stands_on_top(self, order: str) -> bool:
        """Whether an order is demand beyond the baseline.

        One under a total or renewal that is not won yet is not: only winning takes the
        account's share out of the baseline.
        """
        name = self.links.linked.get(order)
        if name is None:
            return False
        line = self.opportunities[name]
        won = line.status == OpportunityStatus.WON
        return won or line.quantity_basis == QuantityBasis.INCREMENTAL

    def shipped_under_incremental(self) -> Iterator[OrderLine]:
        """Shipped sales lines that an incremental opportunity explains."""
        for order, opportunity in self.links.linked.items():
            basis = self.opportunities[opportunity].quantity_basis
            if order in self.shipped and basis == QuantityBasis.INCREMENTAL:
                yield self.shipped[order]


def opportunity_name(signal: DemandSignalRow, location_id: str) -> str:
    """The stable name of what an opportunity line asks of a location."""
    line = name_of(signal.system, signal.opportunity_id, signal.line_id)
    return f"{_without_at(line)}@{_without_at(name_of(location_id))}"


def open_order_name(system: str, native_id: str) -> str:
    """The name of an open sales line."""
    return name_of("open", system, native_id)


def shipped_line_name(system: str, native_id: str) -> str:
    """The name of a shipped sales line."""
    return name_of("shipped", system, native_id)


def _without_at(name: str) -> str:
    return name.replace("@", "%40")


def linked_demand(session: Session, keys: Collection[Key]) -> LinkedDemand:
    """Fetch and link the opportunity and order lines of all items in ``keys``.

    Their other locations are looked at too: an order may name an opportunity that was to be
    supplied from elsewhere, and a link must not depend on which keys are asked for together.
    """
    items = {item_id for item_id, _ in keys}
    signals = {}
    opportunities = {}
    for line, signal in _opportunity_lines(session, items):
        opportunities[line.opportunity] = line
        signals[line.opportunity] = signal
    open_orders = {line.order: line for line in _open_orders(session, items)}
    shipped = {line.order: line for line in _shipped_lines(session, opportunities.values())}
    orders = [*open_orders.values(), *shipped.values()]
    links = link_orders(orders, list(opportunities.values()))
    return LinkedDemand(opportunities, signals, open_orders, shipped, links)


def _opportunity_lines(
    session: Session, items: Collection[str]
) -> Iterator[tuple[OpportunityLine, DemandSignalRow]]:
    lines = (
        select(
            SignalAllocationRow.item_id,
            SignalAllocationRow.location_id,
            SignalAllocationRow.quantity.label("allocated"),
            DemandSignalRow,
        )
        .join(DemandSignalRow, DemandSignalRow.signal_id == SignalAllocationRow.signal_id)
        .order_by(DemandSignalRow.system, DemandSignalRow.opportunity_id, DemandSignalRow.line_id)
    )
    for item_id, location_id, allocated, signal in rows_of_items(
        session, lines, SignalAllocationRow.item_id, items
    ):
        line = OpportunityLine(
            opportunity=opportunity_name(signal, location_id),
            opportunity_id=signal.opportunity_id,
            item_id=item_id,
            location_id=location_id,
            account_id=signal.account_id,
            quantity=allocated,
            quantity_basis=signal.quantity_basis,
            status=signal.status,
            window_start=signal.window_start,
            window_end=signal.window_end,
        )
        yield line, signal


def _open_orders(session: Session, items: Collection[str]) -> Iterator[OrderLine]:
    lines = (
        select(OpenSalesLineRow.item_id, OpenSalesLineRow.location_id, OpenSalesLineRow)
        .where(OpenSalesLineRow.gone.is_(False))
        .order_by(OpenSalesLineRow.system, OpenSalesLineRow.native_id)
    )
    for item_id, location_id, row in rows_of_items(session, lines, OpenSalesLineRow.item_id, items):
        still_open = row.quantity_open - row.shipped_since
        if still_open <= 0:
            continue
        yield OrderLine(
            order=open_order_name(row.system, row.native_id),
            item_id=item_id,
            location_id=location_id,
            account_id=row.account_id,
            quantity=still_open,
            due=row.requested_date,
            opportunity_id=row.opportunity_id,
            shipped=False,
        )


def _shipped_lines(
    session: Session, opportunities: Collection[OpportunityLine]
) -> Iterator[OrderLine]:
    """Shipped lines that could belong to ``opportunities``: by reference or by account."""
    items = {line.item_id for line in opportunities}
    if not items:
        return
    lines = (
        select(
            SalesLineRow.item_id,
            SalesLineRow.location_id,
            SalesLineRow.system,
            SalesLineRow.native_id,
            SalesLineRow.account_id,
            SalesLineRow.quantity,
            SalesLineRow.sold_on,
            SalesLineRow.opportunity_id,
        )
        .where(SalesLineRow.gone.is_(False), _may_belong(opportunities))
        .order_by(SalesLineRow.sold_on, SalesLineRow.system, SalesLineRow.native_id)
    )
    for row in rows_of_items(session, lines, SalesLineRow.item_id, items):
        yield OrderLine(
            order=shipped_line_name(row.system, row.native_id),
            item_id=row.item_id,
            location_id=row.location_id,
            account_id=row.account_id,
            quantity=row.quantity,
            due=row.sold_on,
            opportunity_id=row.opportunity_id,
            shipped=True,
        )


def _may_belong(opportunities: Collection[OpportunityLine]) -> ColumnElement[bool]:
    won = [line for line in opportunities if line.status == OpportunityStatus.WON]
    referenced = SalesLineRow.opportunity_id.is_not(None)
    if not won:
        return referenced
    earliest: date = min(line.window_start for line in won)
    accounts = sorted({line.account_id for line in won})
    return or_(
        referenced, and_(SalesLineRow.account_id.in_(accounts), SalesLineRow.sold_on >= earliest)
    )
