"""Goods that are to come from another warehouse: they count like a purchase of the receiver."""

from collections.abc import Iterator
from typing import Any

from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.quantities import plain
from adapters.erp.tryton.reading.pending_moves import NOT_DONE
from adapters.erp.tryton.reading.records import (
    all_rows,
    of_company,
    warehouses,
    without_gaps,
    written,
)
from adapters.erp.tryton.rpc import Domain, Row, Rpc, Search
from adapters.ports import Idempotency
from adapters.repetition import offer_of

_SHIPMENT = "stock.shipment.internal"
_OPEN = ["request", "waiting", "assigned", "packed", "shipped"]
_FIELDS = (
    *("product.code", "internal_quantity", "planned_date", "to_location.warehouse", "shipment"),
)


def open_transfers(rpc: Rpc) -> Iterator[dict[str, Any]]:
    """The rows of the moves that bring goods into another warehouse."""
    places = warehouses(rpc)
    shipments = _shipments(rpc)
    domain: Domain = [["shipment.state", "in", _OPEN, _SHIPMENT], NOT_DONE, *of_company(rpc)]
    for move in all_rows(rpc, Search("stock.move", _FIELDS, domain)):
        shipment = shipments.get(move["shipment"])
        place = places.get(move["to_location."]["warehouse"] or 0)
        if shipment is None or place is None or not move["internal_quantity"]:
            continue
        comes_from, goes_to = _ends(shipment)
        if place.id == goes_to != comes_from:
            yield _row(rpc, move, shipment, place.code)


def _shipments(rpc: Rpc) -> dict[str, Row]:
    fields = [
        *("number", "planned_date", "from_location.warehouse", "to_location.warehouse"),
        *(["external_ref"] if _has_references(rpc) else []),
    ]
    domain: Domain = [["state", "in", _OPEN], *of_company(rpc)]
    found = all_rows(rpc, Search(_SHIPMENT, fields, domain))
    return {f"{_SHIPMENT},{row['id']}": row for row in found}


def _ends(shipment: Row) -> tuple[int | None, int | None]:
    """The warehouses that the shipment leads from and to."""
    return shipment["from_location."]["warehouse"], shipment["to_location."]["warehouse"]


def _row(rpc: Rpc, move: Row, shipment: Row, location: str) -> dict[str, Any]:
    number = shipment["number"] or f"#{shipment['id']}"
    key = (shipment["external_ref"] if _has_references(rpc) else None) or number
    return without_gaps(
        {
            "kind": "purchase",
            "native_id": f"{number}/move {move['id']}",
            "item_id": code_of(move["product."]),
            "location_id": location,
            "quantity_open": plain(move["internal_quantity"]),
            "due_date": written(move["planned_date"] or shipment["planned_date"]),
            "proposal_ref": offer_of(key)[0],
            "purchase_order_number": number,
        }
    )


def _has_references(rpc: Rpc) -> bool:
    return rpc.settings.idempotency is Idempotency.UNIQUE
