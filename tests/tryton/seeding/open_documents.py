"""What is under way today: order points, a purchase, a sale, and what the sellers hope for."""

import datetime as dt
from collections.abc import Iterable

from tests.tryton.seeded import LOST_CAUSE, MAIN, NORTH, OPEN_DEAL, SHOP, UNCERTAIN_DEAL
from tests.tryton.seeding import calls
from tests.tryton.seeding.history import Line, World, confirm, order

_BOUGHT_FOR = (MAIN, NORTH)
_MOVED_TO_THE_SHOP = ("VALVE-20", "FILTER-5", "HOSE-12")
_LEAD_TIME_WEEKS = 3


def set_up(world: World) -> None:
    """Leave the company as on an ordinary morning."""
    _order_points(world)
    _purchase(world)
    confirm([_sale(world)])
    _opportunities(world)


def _order_points(world: World) -> None:
    bought = [
        {
            "type": "purchase",
            "location": world.warehouses[code].id,
            "product": product.id,
            "min_quantity": float(round(product.item.weekly_quantity * _LEAD_TIME_WEEKS)),
            "target_quantity": float(round(product.item.weekly_quantity * _LEAD_TIME_WEEKS * 2)),
        }
        for code in _BOUGHT_FOR
        for product in world.products.values()
    ]
    moved = [
        {
            "type": "internal",
            "location": world.warehouses[SHOP].storage,
            "provisioning_location": world.warehouses[MAIN].storage,
            "overflowing_location": world.warehouses[NORTH].storage,
            "product": world.products[code].id,
            "min_quantity": 10.0,
            "target_quantity": 25.0,
            "max_quantity": 60.0,
        }
        for code in _MOVED_TO_THE_SHOP
    ]
    calls.create(
        "stock.order_point", *({"company": world.company, **point} for point in bought + moved)
    )


def _purchase(world: World) -> None:
    supplier = world.suppliers["SUP-A"]
    wanted = [Line(world.products["PUMP-100"], 12), Line(world.products["VALVE-20"], 240)]
    purchases = calls.create(
        "purchase.purchase",
        {
            "company": world.company,
            "currency": world.currency,
            "party": supplier.id,
            "invoice_address": supplier.address,
            "warehouse": world.warehouses[MAIN].id,
            "purchase_date": world.today - dt.timedelta(days=4),
            "lines": [
                (
                    "create",
                    [
                        {
                            "product": line.product.id,
                            "quantity": line.quantity,
                            "unit": line.product.unit,
                            "unit_price": line.product.item.cost,
                        }
                        for line in wanted
                    ],
                )
            ],
        },
    )
    calls.press("purchase.purchase", purchases, "quote", "confirm")


def _sale(world: World) -> dict[str, object]:
    lines = [Line(world.products["VALVE-20"], 36), Line(world.products["HOSE-12"], 120)]
    return order(world, MAIN, "CUS-1", world.today, lines)


def _opportunities(world: World) -> None:
    deals = calls.create(
        "sale.opportunity",
        _deal(world, OPEN_DEAL, 0.7, [("VALVE-20", 480), ("HOSE-12", 600)]),
        _deal(world, UNCERTAIN_DEAL, 0.3, [("PUMP-100", 25)]),
        _deal(world, LOST_CAUSE, 0.1, [("FILTER-5", 300)]),
    )
    calls.press("sale.opportunity", [deals[0], deals[2]], "opportunity")
    calls.press("sale.opportunity", [deals[2]], "lost")


def _deal(
    world: World, reference: str, probability: float, wanted: Iterable[tuple[str, float]]
) -> dict[str, object]:
    customer = world.customers["CUS-2"]
    products = [(world.products[code], quantity) for code, quantity in wanted]
    return {
        "reference": reference,
        "description": f"Deal {reference}",
        "company": world.company,
        "currency": world.currency,
        "party": customer.id,
        "address": customer.address,
        "employee": calls.find("company.employee")[-1],
        "start_date": world.today - dt.timedelta(days=10),
        "end_date": world.today + dt.timedelta(days=30),
        "amount": sum(product.item.price * int(quantity) for product, quantity in products),
        "conversion_probability": probability,
        "lines": [
            (
                "create",
                [
                    {"product": product.id, "quantity": float(quantity), "unit": product.unit}
                    for product, quantity in products
                ],
            )
        ],
    }
