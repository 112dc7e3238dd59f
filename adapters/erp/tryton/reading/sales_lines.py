"""Moves to customers and back as the history of sales; what came back is negative.

Goods that suppliers bring to the customer themselves leave no warehouse and are not read.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from adapters.erp.tryton.codes import code_of, target
from adapters.erp.tryton.quantities import plain
from adapters.erp.tryton.reading.portions import Changes, Mapped
from adapters.erp.tryton.reading.records import (
    Warehouse,
    by_id,
    of_company,
    warehouses,
    without_gaps,
    written,
)
from adapters.erp.tryton.reading.sales import LINE, SaleLine, sale_lines
from adapters.erp.tryton.reading.tracks import changed_at, own_tracks
from adapters.erp.tryton.rpc import Row, Rpc
from adapters.ports import IncomingKind

MOVE = "stock.move"
_OUT = [["to_location.type", "=", "customer"], ["from_location.type", "=", "storage"]]
_BACK = [["from_location.type", "=", "customer"], ["to_location.type", "=", "storage"]]
_SHIPMENTS = ("stock.shipment.out", "stock.shipment.out.return")
_FIELDS = (
    *("product.code", "quantity", "internal_quantity", "unit_price", "effective_date"),
    *("from_location.warehouse", "to_location.warehouse", "to_location.type"),
    *("origin", "shipment", "create_date", "write_date"),
)


def sales_lines(rpc: Rpc) -> Changes:
    """What was shipped or came back, from the first day on that the settings name."""
    first = rpc.settings.history_from
    since = [["effective_date", ">=", first]] if first else []
    domain = [["state", "=", "done"], ["OR", _OUT, _BACK], *since, *of_company(rpc)]
    new, changed = own_tracks(MOVE, domain)
    return Changes(
        IncomingKind.SALES_LINES, rpc, {"new": new, "changed": changed}, partial(_mapped, rpc)
    )


def _mapped(rpc: Rpc, _track: str, ids: Sequence[int]) -> Mapped:
    moves = list(by_id(rpc, MOVE, ids, _FIELDS).values())
    places = warehouses(rpc, ever=True)
    origins = (target(move["origin"], LINE) for move in moves)
    lines = sale_lines(rpc, (number for number in origins if number is not None))
    customers = _customers(rpc, moves)
    rows: list[dict[str, Any]] = []
    unreadable: list[str] = []
    for move in moves:
        place = places.get(_warehouse(move) or 0)
        if place is None:
            unreadable.append(f"Move {move['id']} is of no warehouse.")
            continue
        line = lines.get(target(move["origin"], LINE) or 0)
        customer = line.account_id if line else customers.get(move["shipment"] or "")
        rows.append(_row(move, place, line, customer))
    return Mapped(rows, unreadable)


def _row(
    move: Row, place: Warehouse, line: SaleLine | None, customer: str | None
) -> dict[str, Any]:
    sign = 1 if _is_out(move) else -1
    return without_gaps(
        {
            "native_id": str(move["id"]),
            "changed_at": written(changed_at(move)),
            "item_id": code_of(move["product."]),
            "location_id": place.code,
            "account_id": customer,
            "sold_on": written(move["effective_date"]),
            "quantity": plain(sign * move["internal_quantity"]),
            "unit_price": _price(move),
            "opportunity_id": line.opportunity_id if line else None,
            "order_line_id": line.native_id if line else None,
        }
    )


def _is_out(move: Row) -> bool:
    return bool(move["to_location."]["type"] == "customer")


def _warehouse(move: Row) -> int | None:
    ours = move["from_location." if _is_out(move) else "to_location."]
    number: int | None = ours["warehouse"]
    return number


def _price(move: Row) -> str | None:
    """The price of a base unit; Tryton has that of the move's unit."""
    if not move["unit_price"] or move["unit_price"] < 0 or not move["internal_quantity"]:
        return None
    amount = Fraction(move["unit_price"]) * Fraction(move["quantity"])
    return plain(amount / Fraction(move["internal_quantity"]))


def _customers(rpc: Rpc, moves: Sequence[Row]) -> Mapping[str, str]:
    """Of shipments that no sale stands behind: whom they go to or come from."""
    bare = {
        move["shipment"]
        for move in moves
        if move["shipment"] and target(move["origin"], LINE) is None
    }
    codes: dict[str, str] = {}
    for model in _SHIPMENTS:
        ids = [number for number in (target(one, model) for one in bare) if number is not None]
        for number, row in by_id(rpc, model, ids, ["customer.code"]).items():
            codes[f"{model},{number}"] = code_of(row["customer."])
    return codes
