"""What is sold, in which units, and who supplies it, when and at what price."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tests.tryton.seeded import ITEMS, UNITS_IN, Item
from tests.tryton.seeding import calls


@dataclass(frozen=True)
class Product:
    """An item as Tryton knows it."""

    item: Item
    id: int
    template: int
    unit: int


@dataclass(frozen=True)
class Partner:
    """A customer or supplier and its address."""

    id: int
    address: int


def set_up(company: int, suppliers: dict[str, Partner]) -> dict[str, Product]:
    """The products by code, each with its supplier's terms."""
    units = _units()
    [category] = calls.create(
        "product.category",
        {
            "name": "Fittings",
            "accounting": True,
            "account_expense": _account("expense"),
            "account_revenue": _account("revenue"),
        },
    )
    products = {item.code: _product(item, units, category) for item in ITEMS}
    currency = calls.one("currency.currency", ("code", "=", "EUR"))
    for product in products.values():
        calls.create(
            "purchase.product_supplier",
            {
                "template": product.template,
                "product": product.id,
                "party": suppliers[product.item.supplier].id,
                "company": company,
                "currency": currency,
                "code": f"{product.item.supplier}/{product.item.code}",
                "lead_time": dt.timedelta(days=product.item.lead_time_days),
                "prices": [("create", _prices(product.item))],
            },
        )
    return products


def partners(kind: str, *codes: str) -> dict[str, Partner]:
    """Parties with these codes and one address each."""
    ids = calls.create(
        "party.party",
        *(
            {
                "code": code,
                "name": f"{kind} {code}",
                "addresses": [("create", [{"street": "1 Long Road", "city": "Hull"}])],
            }
            for code in codes
        ),
    )
    rows = calls.read("party.party", ids, "addresses")
    return {
        code: Partner(row["id"], row["addresses"][0]) for code, row in zip(codes, rows, strict=True)
    }


def _prices(item: Item) -> list[dict[str, object]]:
    """Per purchase unit, as a supplier's prices are; a tenth less from fifty of them."""
    price = item.cost * UNITS_IN.get(item.purchase_unit, 1)
    return [
        {"quantity": 0.0, "unit_price": price},
        {"quantity": 50.0, "unit_price": (price * Decimal("0.9")).quantize(Decimal("0.0001"))},
    ]


def _units() -> dict[str, int]:
    """Units by symbol, a box of twelve and a roll of fifty metres among them."""
    unit, metre, litre = (
        calls.shipped_with_tryton(f"product.uom_{name}") for name in ("unit", "meter", "liter")
    )
    [count, length] = calls.read("product.uom", [unit, metre], "category")
    box, roll = calls.create(
        "product.uom",
        {
            "name": "Box of 12",
            "symbol": "box",
            "category": count["category"],
            "factor": float(UNITS_IN["box"]),
            "rate": round(1 / 12, 12),
            "digits": 0,
            "rounding": 1.0,
        },
        {
            "name": "Roll of 50 m",
            "symbol": "roll",
            "category": length["category"],
            "factor": float(UNITS_IN["roll"]),
            "rate": 0.02,
            "digits": 0,
            "rounding": 1.0,
        },
    )
    return {"u": unit, "m": metre, "l": litre, "box": box, "roll": roll}


def _product(item: Item, units: dict[str, int], category: int) -> Product:
    [template] = calls.create(
        "product.template",
        {
            "name": item.name,
            "code": item.code,
            "type": "goods",
            "default_uom": units[item.unit],
            "list_price": item.price,
            "cost_price_method": "fixed",
            "salable": True,
            "sale_uom": units[item.unit],
            "purchasable": True,
            "purchase_uom": units[item.purchase_unit],
            "account_category": category,
            "products": [("create", [{"cost_price": item.cost}])],
        },
    )
    [row] = calls.read("product.template", [template], "products")
    return Product(item, row["products"][0], template, units[item.unit])


def _account(kind: str) -> int:
    return calls.find("account.account", (f"type.{kind}", "=", True), ("closed", "!=", True))[0]
