"""What the adapters' contract speaks of, in a real Tryton: BOLT-8, ACME, BERLIN, OPP-7, PO-77/3."""

from decimal import Decimal

from tests.tryton.person import Person

OPPORTUNITIES = ("OPP-7", "OPP 8/ä")
WAREHOUSES = ("BERLIN", "HAMBURG")
THIRD_LINE = 3
"""The purchase line that the contract's messages are about, by its id."""
_PRICE = ["create", [{"quantity": 0.0, "unit_price": Decimal("0.42")}]]


def furnish(administrator: Person) -> None:
    """Make all of it, once."""
    _products(administrator, _supplier(administrator))
    for code in WAREHOUSES:
        _warehouse(administrator, code)
    administrator.create("sale.opportunity", *({"number": number} for number in OPPORTUNITIES))
    _purchase(administrator)


def _supplier(administrator: Person) -> int:
    acme = {"name": "Acme", "code": "ACME", "addresses": [["create", [{}]]]}
    return administrator.create("party.party", acme)[0]


def _products(administrator: Person, supplier: int) -> None:
    [category] = administrator.create("product.uom.category", {"name": "Pieces"})
    unit = {"name": "Each", "symbol": "EA", "category": category, "factor": 1.0, "rate": 1.0}
    [each] = administrator.create("product.uom", {**unit, "rounding": 0.01, "digits": 2})
    pump = [["products.code", "=", "PUMP-100"]]
    [template] = administrator.find("product.template", pump, "account_category")
    for code in ("BOLT-8", "BOLT-9"):
        administrator.create(
            "product.template",
            {
                "name": code.title(),
                "type": "goods",
                "default_uom": each,
                "purchase_uom": each,
                "purchasable": True,
                "account_category": template["account_category"],
                "list_price": Decimal(1),
                "products": [["create", [{"suffix_code": code}]]],
                "product_suppliers": [["create", [{"party": supplier, "prices": [_PRICE]}]]],
            },
        )


def _warehouse(administrator: Person, code: str) -> None:
    places = administrator.create(
        "stock.location",
        *({"name": f"{code} {part}", "type": "storage"} for part in ("in", "out", "storage")),
    )
    names = ("input_location", "output_location", "storage_location")
    warehouse = {"name": code.title(), "code": code, "type": "warehouse"}
    administrator.create("stock.location", {**warehouse, **dict(zip(names, places, strict=True))})


def _purchase(administrator: Person) -> None:
    """As many purchase lines as the message needs."""
    [party] = administrator.find("party.party", [["code", "=", "ACME"]], "addresses")
    [product] = administrator.find("product.product", [["code", "=", "BOLT-8"]], "default_uom")
    line = {
        "product": product["id"],
        "unit": product["default_uom"],
        "quantity": 5.0,
        "unit_price": Decimal(1),
    }
    there = len(administrator.find("purchase.line", [], "id"))
    administrator.create(
        "purchase.purchase",
        {
            "party": party["id"],
            "invoice_address": party["addresses"][0],
            "lines": [["create", [line] * max(1, THIRD_LINE - there)]],
        },
    )
