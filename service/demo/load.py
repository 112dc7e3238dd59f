"""Loads the first demo: a wholesaler's real sales, with all the rest made up."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.demo.company import ONLINE_RETAIL
from service.demo.loading import ROWS_AT_ONCE, Demo, DemoLoad, Step, fed, feed, load_demo, step
from service.demo.provenance import ONLINE_RETAIL_ROWS, label_rows
from service.demo.world import World, build_world, sales_lines
from service.feeds.batches import FeedKind, RowResult
from service.feeds.cross_references import put_cross_references
from service.progress import Report
from service.signals import intake as signals_intake

ACTOR = "demo"


def load(context: ServiceContext, progress: Report, *, limit: int | None = None) -> DemoLoad:
    """Load the demo (see ``load_demo``); ``limit`` takes only so many item-location series."""
    demo = Demo(
        ONLINE_RETAIL,
        lambda: _steps(build_world(limit)),
        lambda session: label_rows(session, ONLINE_RETAIL_ROWS),
    )
    return load_demo(context, progress, demo)


def _steps(world: World) -> Iterator[Step]:
    orders = [*world.supply.purchases, *world.open_sales]
    yield fed("locations", FeedKind.LOCATIONS, world.locations)
    yield fed("items", FeedKind.ITEMS, world.items)
    yield fed("accounts", FeedKind.ACCOUNTS, world.accounts)
    yield step("cross references", world.cross_references, _refer)
    yield fed("supplier terms", FeedKind.SUPPLIER_TERMS, world.supply.terms)
    # By series, so that each portion marks its own keys and not all of them again.
    sold = world.sold.sort("item_id", "location_id", "line_id")
    portions = (list(sales_lines(part)) for part in sold.iter_slices(ROWS_AT_ONCE))
    yield Step("sales lines", sold.height, portions, feed(FeedKind.SALES_LINES))
    yield fed("stock positions", FeedKind.STOCK_POSITIONS, world.supply.stock)
    yield fed("open orders", FeedKind.OPEN_ORDERS, orders)
    yield step("opportunities", [one.signal for one in world.opportunities], signals_intake.take)


def _refer(session: Session, rows: Sequence[Any], now: datetime) -> list[RowResult]:
    return put_cross_references(session, rows, ACTOR, now)
