"""Lines for one supplier and site, planned until nothing is left to do."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from adapters.canonical.supply import SupplierConditions
from service.context import ServiceContext
from service.feeds.batches import FeedKind, FeedRow
from service.forecasts.baselines import fit_dirty
from service.proposals.tables import ProposalRow
from service.replenishment.recompute import recompute_dirty
from service.replenishment.tables import DecisionRow, StaleSupplierOrderRow
from service.settings import Settings
from tests.service.builders_feeds import Erp, dirty, item, sale, source, stock, stored, terms

ITEMS = ("ANVIL", "BOTTLE", "CUP")
FOURTH = "DISH"
LINE = Decimal("2.00")
_LIMIT = 40
"""Passes after which a plan that still finds work is said never to rest."""


def conditions(minimum: str | None, **fields: Any) -> SupplierConditions:
    told = {"source": source("C-1"), "supplier_id": "S-01", "currency": "GBP"}
    return SupplierConditions.model_validate(
        {**told, "minimum_order_value": minimum, "freight_free_value": "99999", **fields}
    )


def add_item(erp: Erp, name: str, **on_terms: Any) -> None:
    """Ten a day since 110 days, and a stock that lasts for four: some 360 GBP are to be ordered."""
    erp.send(FeedKind.ITEMS, item(name))
    told = {"unit_price": LINE, **on_terms}
    erp.send(FeedKind.SUPPLIER_TERMS, terms(name, **told))
    erp.send(FeedKind.STOCK_POSITIONS, stock("40", item_id=name, as_of=erp.context.clock()))
    days = [date(2011, 8, 28) - timedelta(days=back) for back in range(110)]
    sold: list[FeedRow] = [sale(f"{name}-{day}", "10", item_id=name, sold_on=day) for day in days]
    erp.send(FeedKind.SALES_LINES, *sold)


def rest(context: ServiceContext) -> int:
    """Plan until nothing is left to do; returns how many passes found something."""
    for passes in range(_LIMIT):
        if not fit_dirty(context) and not recompute_dirty(context).keys:
            assert stored(context, StaleSupplierOrderRow) == []
            assert dirty(context) == {}
            return passes
    raise AssertionError("the plan does not come to rest")


def lines(context: ServiceContext) -> dict[str, ProposalRow]:
    """The open proposals by item."""
    with context.database.read() as session:
        rows = session.scalars(
            select(ProposalRow).where(ProposalRow.state.in_(["approved", "in_review"]))
        )
        return {row.item_id: row for row in rows}


def states(context: ServiceContext) -> dict[str, str]:
    return {name: row.state for name, row in lines(context).items()}


def gaps(context: ServiceContext) -> set[str | None]:
    """The gaps that the open lines were decided on."""
    with context.database.read() as session:
        return {
            session.get_one(DecisionRow, row.decision_id).facts["supplier_order_gap"]
            for row in lines(context).values()
        }


def in_batches_of(context: ServiceContext, keys: int) -> ServiceContext:
    settings = Settings(data_dir=context.settings.data_dir, recompute_batch=keys)
    return ServiceContext(
        settings=settings, database=context.database, clock=context.clock, ring=lambda: None
    )


def minimum_between(erp: Erp, without: int, with_all: int) -> str:
    """A minimum that so many of equal lines miss and so many reach."""
    rest(erp.context)
    row = lines(erp.context)["BOTTLE"]
    value = row.recommended_quantity * LINE
    return f"{value * (without + with_all) / 2:.2f}"
