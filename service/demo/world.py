"""Everything the demo tells the service, put together from the shipped lines and the generator."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from adapters.canonical.demand import OpenSalesLine, SalesLine
from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import Account, Item, Location, SupplierTerms
from adapters.canonical.supply import OpenPurchaseLine, StockPosition
from service.demo import accounts, master_data, open_orders, sales_history, terms
from service.demo.intentions import intentions
from service.demo.opening_stock import opening_of, stock_of
from service.demo.opportunities import Opportunity, opportunities
from service.demo.sales_history import Series
from service.demo.today import CRM, ERP
from service.feeds.cross_references import CodeKind, CrossReference

_PURCHASE = ("account_id", "item_id", "location_id")


@dataclass(frozen=True)
class Supply:
    """What there is and what is to come."""

    terms: list[SupplierTerms]
    stock: list[StockPosition]
    purchases: list[OpenPurchaseLine]


@dataclass(frozen=True)
class World:
    """The demo's data. ``sold`` are the history's lines; what came after is not in here."""

    series: list[Series]
    items: list[Item]
    locations: list[Location]
    accounts: list[Account]
    cross_references: list[CrossReference]
    sold: pl.DataFrame
    supply: Supply
    open_sales: list[OpenSalesLine]
    opportunities: list[Opportunity]


@lru_cache(maxsize=2)
def build_world(limit: int | None = None) -> World:
    """The demo's world; ``limit`` keeps only so many series (those with most lines).

    A kept row is the same whatever the limit.
    """
    lines = sales_history.read_lines()
    sold = sales_history.history(lines)
    series = sales_history.series_of(sold)
    packings = terms.packings(series)
    intended = intentions(sold, sales_history.afterwards(lines), series)
    bought = set(sold.drop_nulls("account_id").select(_PURCHASE).unique().iter_rows())
    told = opportunities(intended, packings, bought)
    orders = open_orders.sales_lines(sold, told)
    homes = accounts.home_locations(sold)
    kept = series if limit is None else series[:limit]
    keys = {one.key for one in kept}
    orders = [line for line in orders if (line.item_id, line.location_id) in keys]
    items = master_data.items(kept, packings)
    return World(
        series=kept,
        items=items,
        locations=master_data.locations(),
        accounts=[accounts.account_of(one, home) for one, home in homes.items()],
        cross_references=_cross_references(list(homes), [item.item_id for item in items]),
        sold=sold if limit is None else _of(sold, keys),
        supply=_supply(kept, packings, orders),
        open_sales=orders,
        opportunities=[one for one in told if one.intention.key[1:] in keys],
    )


def sales_lines(sold: pl.DataFrame) -> Iterator[SalesLine]:
    """The rows of ``sold`` in the words of the feed."""
    columns = ("line_id", "item_id", "location_id", "account_id", "sold_on")
    exact = sold.select(*columns, pl.col("quantity").cast(pl.Decimal(18, 0)), "unit_price")
    for line, item, location, account, day, quantity, price in exact.iter_rows():
        yield SalesLine(
            source=SourceRef(system=ERP, native_id=line),
            item_id=item,
            location_id=location,
            account_id=account,
            sold_on=day,
            quantity=quantity,
            unit_price=price,
        )


def _of(sold: pl.DataFrame, keys: set[tuple[str, str]]) -> pl.DataFrame:
    wanted = pl.DataFrame(sorted(keys), schema=list(sales_history.SERIES), orient="row")
    return sold.join(wanted, on=sales_history.SERIES, how="semi")


def _supply(
    series: list[Series], packings: dict[str, terms.Packing], orders: list[OpenSalesLine]
) -> Supply:
    allocated: dict[tuple[str, str], int] = {}
    for order in orders:
        key = (order.item_id, order.location_id)
        allocated[key] = allocated.get(key, 0) + int(order.quantity_open)
    supply = Supply([], [], [])
    for one in series:
        packing = packings[one.item_id]
        agreed = terms.terms_of(one, packing)
        opening = opening_of(one, agreed)
        supply.terms.append(agreed)
        supply.stock.append(stock_of(one, opening, allocated.get(one.key, 0)))
        supply.purchases.extend(open_orders.purchase_lines(agreed, opening, packing))
    return supply


def _cross_references(account_ids: list[str], item_ids: list[str]) -> list[CrossReference]:
    pairs = [(CodeKind.ACCOUNT, accounts.crm_account(one), one) for one in account_ids]
    pairs += [(CodeKind.ITEM, accounts.crm_product(one), one) for one in item_ids]
    return [
        CrossReference(system=CRM, kind=kind, native_id=code, canonical_key=key)
        for kind, code, key in pairs
        if code != key
    ]
