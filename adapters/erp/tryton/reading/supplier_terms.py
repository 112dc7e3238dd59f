"""Suppliers of products as terms: what is asked of an order, per item, warehouse and supplier.

Tryton knows suppliers of a product, or of all variants of its template; they deliver to every
warehouse. It buys in a unit of its own, and in whole roundings of that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.quantities import per_unit, plain
from adapters.erp.tryton.reading.items import MODEL as PRODUCT
from adapters.erp.tryton.reading.items import Units, stocked, units_of
from adapters.erp.tryton.reading.portions import Mapped, Whole
from adapters.erp.tryton.reading.records import (
    Warehouse,
    all_rows,
    by_id,
    days,
    in_sequence,
    of_company,
    warehouses,
    without_gaps,
)
from adapters.erp.tryton.reading.watch import Watch
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.ports import IncomingKind

_MODEL = "purchase.product_supplier"
_FIELDS = (
    *("template", "product", "sequence", "lead_time", "currency.code"),
    *("party", "party.code", "party.supplier_lead_time"),
    *("prices.quantity", "prices.unit_price", "prices.sequence"),
)
_PRODUCT_FIELDS = ("code", "template", "default_uom", "purchase_uom")
_RESTS_ON = (
    *(_MODEL, "purchase.product_supplier.price", PRODUCT, "product.template", "product.uom"),
    *("party.party", "stock.location"),
)
_LAST_PRIORITY = 99


@dataclass(frozen=True)
class _Bought:
    """A product, and how many base units the unit is in which it is bought.

    ``cost`` is what Tryton takes for the price of a base unit where no supplier's is known.
    """

    row: Row
    size: Fraction
    rounding: Fraction
    cost: Decimal


def supplier_terms(rpc: Rpc) -> Whole:
    """The terms of all stocked products that are bought."""
    return Whole(IncomingKind.SUPPLIER_TERMS, partial(_mapped, rpc), Watch(rpc, _RESTS_ON))


def _mapped(rpc: Rpc) -> Mapped:
    places = list(warehouses(rpc).values())
    suppliers = _in_order(all_rows(rpc, Search(_MODEL, _FIELDS, of_company(rpc))))
    purchasable = [*stocked(), ["template.purchasable", "=", True]]
    products = all_rows(rpc, Search(PRODUCT, _PRODUCT_FIELDS, purchasable))
    units = units_of(rpc)
    costs = _costs(rpc, suppliers)
    rows: list[dict[str, Any]] = []
    for product in products:
        bought = _bought(product, units, costs.get(product["template"]))
        rows += _terms(bought, suppliers, places)
    return Mapped(rows)


def _costs(rpc: Rpc, suppliers: Sequence[Row]) -> dict[int, Decimal]:
    """Costs by template, of those with a supplier without prices: Tryton is slow to tell them."""
    ids = [line["template"] for line in suppliers if not line["prices."]]
    found = by_id(rpc, "product.template", ids, ["cost_price"])
    return {number: row["cost_price"] or Decimal(0) for number, row in found.items()}


def _in_order(found: Sequence[Row]) -> list[Row]:
    """As Tryton asks them: a product's own first, each by sequence."""
    return sorted(
        found,
        key=lambda row: (row["product"] is None, in_sequence(row)),
    )


def _terms(
    bought: _Bought, suppliers: Sequence[Row], places: Sequence[Warehouse]
) -> Iterator[dict[str, Any]]:
    """One row per supplier and warehouse; of several lines of a supplier the first counts."""
    known: dict[int, Row] = {}
    for line in suppliers:
        of_product = line["product"] == bought.row["id"]
        of_template = line["product"] is None and line["template"] == bought.row["template"]
        if of_product or of_template:
            known.setdefault(line["party"], line)
    for priority, line in enumerate(known.values(), 1):
        row = _row(bought, line, min(priority, _LAST_PRIORITY))
        for place in places:
            native = f"{line['id']}/{bought.row['id']}/{place.id}"
            yield {**row, "location_id": place.code, "native_id": native}


def _row(bought: _Bought, line: Row, priority: int) -> dict[str, Any]:
    """The terms but for the warehouse; a lead time that nobody gave is left out."""
    least, price = _price(line["prices."], bought)
    lead_time: timedelta | None = line["lead_time"]
    if lead_time is None:
        lead_time = line["party."]["supplier_lead_time"]
    return without_gaps(
        {
            "item_id": code_of(bought.row),
            "supplier_id": code_of(line["party."]),
            "lead_time_days": days(lead_time),
            "minimum_order_quantity": plain(least),
            "order_multiple": plain(bought.size * bought.rounding),
            "unit_price": plain(price),
            "currency": line["currency."]["code"],
            "priority": priority,
        }
    )


def _price(prices: Sequence[Row], bought: _Bought) -> tuple[Fraction, Fraction]:
    """The least quantity that has a price, in base units, and the price of a base unit then.

    Of the lines that fit a quantity the last one counts. Without any, Tryton takes the cost.
    """
    multiple = bought.size * bought.rounding
    if not prices:
        return multiple, Fraction(bought.cost)
    ordered = sorted(prices, key=in_sequence)
    lowest = min(row["quantity"] for row in ordered)
    fitting = [row for row in ordered if row["quantity"] <= lowest]
    least = max(Fraction(lowest) * bought.size, multiple)
    return least, Fraction(fitting[-1]["unit_price"]) / bought.size


def _bought(product: Row, units: Units, cost: Decimal | None) -> _Bought:
    base = units[product["default_uom"]]
    unit = units.get(product["purchase_uom"] or 0, base)
    size, rounding = per_unit(unit, base), Fraction(unit["rounding"])
    return _Bought(product, size, rounding, cost or Decimal(0))
