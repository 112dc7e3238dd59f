"""Loads the second demo: a network of invented shops, fed as an ERP would feed it."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from adapters.canonical.demand import SalesLine
from adapters.canonical.master_data import SupplierTerms
from adapters.canonical.network import TransferLane
from adapters.canonical.supply import StockPosition
from service.context import ServiceContext
from service.demo import distribution as network
from service.demo.company import DemoCompany
from service.demo.loading import Demo, DemoLoad, Step, fed, load_demo, step
from service.demo.provenance import Provenances, label_rows
from service.demo.simulated_deals import account_of, deals
from service.feeds.batches import FeedKind
from service.feeds.tables import SalesLineRow, StockPositionRow
from service.progress import Report
from service.signals import intake as signals_intake

NOTICE = (
    "Demo. All of it is made up: items, shops, suppliers, lanes, stock and sales come from the "
    "distribution demo of frePPLe (MIT, copyright 2007-2013 frePPLe bv; prices are taken as GBP), "
    "customers and CRM opportunities are simulated by a rule. Today is always 1 February 2021."
)
DISTRIBUTION = DemoCompany(
    title="Demo distributor (frePPLe distribution demo)",
    notice=NOTICE,
    time_zone=network.TIME_ZONE,
    today=network.TODAY,
)
_ROWS: Provenances = {SalesLineRow: network.INVENTED, StockPositionRow: network.INVENTED}
Row = TypeVar("Row", SupplierTerms, TransferLane, SalesLine, StockPosition)


def load_distribution(
    context: ServiceContext, progress: Report, *, limit: int | None = None
) -> DemoLoad:
    """Load the demo (see ``load_demo``); ``limit`` takes only so many items."""
    demo = Demo(DISTRIBUTION, lambda: _steps(limit), lambda session: label_rows(session, _ROWS))
    return load_demo(context, progress, demo)


def _steps(limit: int | None) -> Iterator[Step]:
    items = network.items(limit)
    kept = {item.item_id for item in items}

    def of_kept(rows: Sequence[Row]) -> list[Row]:
        return [row for row in rows if row.item_id in kept]

    weekly = [(series, mean) for series, mean in network.weekly_means() if series[0] in kept]
    shops = sorted({shop for (_, shop), _ in weekly})
    yield fed("locations", FeedKind.LOCATIONS, network.locations())
    yield fed("items", FeedKind.ITEMS, items)
    yield fed("accounts", FeedKind.ACCOUNTS, [account_of(shop) for shop in shops])
    yield fed("supplier terms", FeedKind.SUPPLIER_TERMS, of_kept(network.supplier_terms()))
    yield fed("transfer lanes", FeedKind.TRANSFER_LANES, of_kept(network.lanes()))
    yield fed("sales lines", FeedKind.SALES_LINES, of_kept(list(network.sales_lines())))
    yield fed("stock positions", FeedKind.STOCK_POSITIONS, of_kept(network.stock()))
    yield step("opportunities", deals(weekly, network.TODAY), signals_intake.take)
