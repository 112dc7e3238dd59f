"""Purchases that have not come in full, line by line.

A line that was made of several requisitions is told in parts, so that each of them finds its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adapters.erp.tryton.codes import code_of, target
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
    by_id,
    of_company,
    warehouses,
    without_gaps,
    written,
)
from adapters.erp.tryton.reading.sales import native_line
from adapters.erp.tryton.rpc import Domain, Row, Rpc, Search
from adapters.ports import Idempotency
from adapters.repetition import offer_of

LINE = "purchase.line"
_REQUISITION_LINE = "purchase.requisition.line"
_FIELDS = (
    *("product.code", "quantity", "delivery_date", "purchase.number", "purchase.state"),
    *("purchase.party.code", "purchase.warehouse", "purchase.purchase_date"),
    *UNITS,
)


@dataclass(frozen=True)
class _Part:
    """A part of a line: what is open of it, for which of our references, if any."""

    quantity: Fraction
    reference: str | None = None


def open_purchases(rpc: Rpc) -> Iterator[dict[str, Any]]:
    """The rows of purchase lines that goods are left of."""
    places = warehouses(rpc)
    pending = pending_by_line(rpc, LINE, "purchase")
    lines = all_rows(rpc, Search(LINE, _FIELDS, _open(rpc)))
    requested = _requested(rpc, [line["id"] for line in lines])
    for line in lines:
        place = places.get(line["purchase."]["warehouse"] or 0)
        left = _left(line, pending)
        if place is None or left.quantity <= 0:
            continue
        parts = _parts(left.quantity, requested.get(line["id"], {}))
        for number, part in enumerate(parts):
            yield _row(
                line, part, {"location_id": place.code, "due_date": _due(line, left)}, number
            )


def _open(rpc: Rpc) -> Domain:
    lines = [*something_left("purchase"), ["type", "=", "line"]]
    return [*lines, *stocked("product."), *of_company(rpc, "purchase.company")]


def _left(line: Row, pending: Mapping[int, Pending]) -> Pending:
    """Its moves that are not done; a purchase that is only confirmed has none yet."""
    if line["id"] in pending or line["purchase."]["state"] != "confirmed":
        return pending.get(line["id"], Pending())
    return Pending(in_base_units(line, line["quantity"]))


def _due(line: Row, left: Pending) -> str | None:
    """When the last of it is planned; where Tryton plans no day, the day it was ordered."""
    day = max(left.days, default=line["delivery_date"] or line["purchase."]["purchase_date"])
    return written(day)


def _row(line: Row, part: _Part, where: Mapping[str, Any], number: int) -> dict[str, Any]:
    piece = (part.reference or "rest") if number else ""
    order = line["purchase."]
    return without_gaps(
        {
            "kind": "purchase",
            "native_id": native_line(line, "purchase", piece),
            "item_id": code_of(line["product."]),
            "supplier_id": code_of(order["party."]),
            "quantity_open": plain(part.quantity),
            "proposal_ref": part.reference,
            "purchase_order_number": order["number"],
            **where,
        }
    )


def _parts(left: Fraction, requested: Mapping[str, Fraction]) -> Sequence[_Part]:
    """What is left, by requisition: what came first was for the first of them."""
    if not requested:
        return [_Part(left)]
    if len(requested) == 1:
        return [_Part(left, next(iter(requested)))]
    parts: list[_Part] = []
    for reference, quantity in reversed(list(requested.items())):
        share = min(quantity, left)
        left -= share
        if share:
            parts.append(_Part(share, reference))
    return [*reversed(parts), *([_Part(left)] if left else [])]


def _requested(rpc: Rpc, lines: Sequence[int]) -> Mapping[int, Mapping[str, Fraction]]:
    """By purchase line: the requisitions it was made of, with what each of them asked for."""
    if not lines:
        return {}
    fields = ("purchase_line", "origin", "quantity", *UNITS)
    search = Search("purchase.request", fields, [["purchase_line", "in", list(lines)]])
    found = all_rows(rpc, search)
    origins = {row["id"]: target(row["origin"], _REQUISITION_LINE) for row in found}
    references = _references(rpc, [line for line in origins.values() if line is not None])
    requested: defaultdict[int, dict[str, Fraction]] = defaultdict(dict)
    for row in found:
        reference = references.get(origins[row["id"]] or 0)
        if reference:
            of_line = requested[row["purchase_line"]]
            quantity = in_base_units(row, row["quantity"])
            of_line[reference] = of_line.get(reference, Fraction(0)) + quantity
    return requested


def _references(rpc: Rpc, lines: Sequence[int]) -> Mapping[int, str]:
    """By requisition line: our reference, or the requisition's own number."""
    key = "external_ref" if rpc.settings.idempotency is Idempotency.UNIQUE else "number"
    fields = [f"requisition.{name}" for name in {key, "number"}]
    found = by_id(rpc, _REQUISITION_LINE, lines, fields)
    told = {number: row["requisition."] for number, row in found.items()}
    keys = {number: one[key] or one["number"] for number, one in told.items()}
    return {number: offer_of(one)[0] for number, one in keys.items() if one}
