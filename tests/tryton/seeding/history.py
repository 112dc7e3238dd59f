"""Sixty weeks of sales that were delivered, some of them taken back, and the stock that is left."""

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.tryton.seeded import HISTORY_WEEKS, MAIN, NORTH, SHOP
from tests.tryton.seeding import calls
from tests.tryton.seeding.catalogue import Partner, Product
from tests.tryton.seeding.warehouses import Warehouse

SALE = "sale.sale"
SHIPMENT = "stock.shipment.out"
RETURN = "stock.shipment.out.return"
_SHARE = {MAIN: 0.6, NORTH: 0.3, SHOP: 0.1}
_SOLD_EVERY_WEEKS = {MAIN: 1, NORTH: 3, SHOP: 6}
_RARELY_SOLD = {"PUMP-100": 2, "OIL-1": 2, "GASKET-8": 5}
_IN_STOCK_FOR_WEEKS = {MAIN: 3, NORTH: 2, SHOP: 1}
_UPS_AND_DOWNS = (0.8, 1.1, 0.9, 1.3, 1.0, 0.7, 1.2)
_RETURNED_EVERY_WEEKS = 15
_RETURNED_ITEMS = ("VALVE-20", "FILTER-5")


@dataclass(frozen=True)
class World:
    """What the history happens in; ``today`` ends it."""

    company: int
    currency: int
    today: dt.date
    warehouses: Mapping[str, Warehouse]
    suppliers: Mapping[str, Partner]
    products: Mapping[str, Product]
    customers: Mapping[str, Partner]


@dataclass(frozen=True)
class Line:
    """So much of a product, in its own unit."""

    product: Product
    quantity: float


Dated = tuple[dt.date, dict[str, object]]
"""A sale, not yet saved, and the day on which it was delivered."""


def set_up(world: World) -> None:
    """Goods come in, go out week by week, and are counted in the end."""
    start = world.today - dt.timedelta(weeks=HISTORY_WEEKS + 1)
    _count(world, start, dict.fromkeys(world.warehouses, HISTORY_WEEKS * 3))
    sold = list(_weeks(world, _sold_in))
    _deliver([date for date, _ in sold], confirm(values for _, values in sold))
    returned = list(_weeks(world, _returned_in))
    _take_back([date for date, _ in returned], confirm(values for _, values in returned))
    _count(world, world.today, _IN_STOCK_FOR_WEEKS)


def order(
    world: World, warehouse: str, customer: str, date: dt.date, lines: Iterable[Line]
) -> dict[str, object]:
    """A sale as Tryton wants it, not yet saved."""
    partner = world.customers[customer]
    return {
        "company": world.company,
        "currency": world.currency,
        "party": partner.id,
        "invoice_address": partner.address,
        "shipment_address": partner.address,
        "warehouse": world.warehouses[warehouse].id,
        "sale_date": date,
        "invoice_method": "manual",
        "lines": [
            (
                "create",
                [
                    {
                        "product": line.product.id,
                        "quantity": line.quantity,
                        "unit": line.product.unit,
                        "unit_price": line.product.item.price,
                    }
                    for line in lines
                ],
            )
        ],
    }


def confirm(sales: Iterable[dict[str, object]]) -> list[int]:
    """Save the sales and have Tryton make their shipments; ids in the same order."""
    made = calls.create(SALE, *sales)
    calls.press(SALE, made, "quote", "confirm")  # without a queue, it is processed at once
    return made


def _weeks(world: World, what: Callable[[int, str, Product], float]) -> Iterator[Dated]:
    """What each warehouse sold in each week, if anything, with the day."""
    customers = itertools.cycle(world.customers)
    for week, warehouse in itertools.product(range(HISTORY_WEEKS), world.warehouses):
        lines = [
            Line(product, quantity)
            for product in world.products.values()
            if (quantity := what(week, warehouse, product))
        ]
        if lines:
            date = world.today - dt.timedelta(weeks=HISTORY_WEEKS - week)
            yield date, order(world, warehouse, next(customers), date, lines)


def _sold_in(week: int, warehouse: str, product: Product) -> float:
    every = _SOLD_EVERY_WEEKS[warehouse] * _RARELY_SOLD.get(product.item.code, 1)
    if week % every:
        return 0
    level = _UPS_AND_DOWNS[(week // every + len(product.item.name)) % len(_UPS_AND_DOWNS)]
    return math.ceil(product.item.weekly_quantity * _SHARE[warehouse] * every * level)


def _returned_in(week: int, warehouse: str, product: Product) -> float:
    returned = warehouse == MAIN and product.item.code in _RETURNED_ITEMS
    return -2 if returned and week % _RETURNED_EVERY_WEEKS == _RETURNED_EVERY_WEEKS - 1 else 0


def _deliver(dates: list[dt.date], sales: list[int]) -> None:
    shipments = _dated(SHIPMENT, "shipments", dates, sales)
    calls.press(SHIPMENT, shipments, "assign_force", "pick", "pack", "ship", "do")


def _take_back(dates: list[dt.date], sales: list[int]) -> None:
    shipments = _dated(RETURN, "shipment_returns", dates, sales)
    calls.press(RETURN, shipments, "receive", "do")


def _dated(model: str, field: str, dates: list[dt.date], sales: list[int]) -> list[int]:
    """The shipments of the sales, told the day on which they happened."""
    found = []
    for date, sale in zip(dates, calls.read(SALE, sales, field), strict=True):
        calls.write(model, sale[field], {"effective_date": date})
        found += sale[field]
    return found


def _count(world: World, date: dt.date, weeks: Mapping[str, int]) -> None:
    """Set the stock of each warehouse to what it sells in so many weeks."""
    inventories = calls.create(
        "stock.inventory",
        *(
            {
                "company": world.company,
                "location": place.storage,
                "date": date,
                "lines": [("create", _lines(world, _SHARE[code] * weeks[code]))],
            }
            for code, place in world.warehouses.items()
        ),
    )
    calls.press("stock.inventory", inventories, "confirm")


def _lines(world: World, weeks: float) -> list[dict[str, object]]:
    return [
        {"product": product.id, "quantity": float(round(product.item.weekly_quantity * weeks))}
        for product in world.products.values()
    ]
