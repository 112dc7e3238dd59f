"""Sales that are not shipped in full, line by line."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.quantities import plain
from adapters.erp.tryton.reading.items import stocked
from adapters.erp.tryton.reading.pending_moves import (
    UNITS,
    Pending,
    in_base_units,
    pending_by_line,
    something_left,
)
from adapters.erp.tryton.reading.records import (
    all_rows,
    of_company,
    warehouses,
    without_gaps,
    written,
)
from adapters.erp.tryton.reading.sales import LINE, native_line, opportunity_numbers
from adapters.erp.tryton.rpc import Domain, Row, Rpc, Search

_FIELDS = (
    *("product.code", "quantity", "quantity_to_ship", "shipping_date", "sale.number"),
    *("sale.state", "sale.party.code", "sale.warehouse", "sale.sale_date", "sale.origin"),
    *UNITS,
)


def open_sales(rpc: Rpc) -> Iterator[dict[str, Any]]:
    """The rows of sale lines of which something is to be shipped; returns are none."""
    places = warehouses(rpc)
    pending = pending_by_line(rpc, LINE, "sale")
    lines = all_rows(rpc, Search(LINE, _FIELDS, _open(rpc)))
    numbers = opportunity_numbers(rpc, (line["sale."]["origin"] for line in lines))
    for line in lines:
        place = places.get(line["sale."]["warehouse"] or 0)
        left = _left(line, pending)
        if place is not None and left.quantity > 0:
            where = {"location_id": place.code, "requested_date": _wanted(line, left)}
            yield {**_row(line, left, numbers), **where}


def _open(rpc: Rpc) -> Domain:
    left = something_left("sale", ["quantity_to_ship", ">", 0])
    lines = [["type", "=", "line"], ["quantity", ">", 0]]
    return [*left, *lines, *stocked("product."), *of_company(rpc, "sale.company")]


def _left(line: Row, pending: Mapping[int, Pending]) -> Pending:
    """Its moves that are not done, and what no move was made for yet."""
    moves = pending.get(line["id"], Pending())
    unplanned = line["quantity_to_ship"]
    if unplanned is None and line["sale."]["state"] == "confirmed" and not moves.quantity:
        unplanned = line["quantity"]
    more = in_base_units(line, unplanned) if unplanned and unplanned > 0 else Fraction(0)
    return Pending(moves.quantity + more, moves.days)


def _wanted(line: Row, left: Pending) -> str | None:
    """When the first of it is to leave; where Tryton plans no day, the day of the sale."""
    day = min(left.days, default=line["shipping_date"] or line["sale."]["sale_date"])
    return written(day)


def _row(line: Row, left: Pending, numbers: Mapping[str, str]) -> dict[str, Any]:
    sale = line["sale."]
    return without_gaps(
        {
            "kind": "sales",
            "native_id": native_line(line, "sale"),
            "item_id": code_of(line["product."]),
            "account_id": code_of(sale["party."]),
            "quantity_open": plain(left.quantity),
            "opportunity_id": numbers.get(sale["origin"] or ""),
        }
    )
