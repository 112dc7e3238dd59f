"""Order points as hints to our policy: when Tryton would order by itself."""

from functools import partial
from typing import Any

from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.quantities import plain
from adapters.erp.tryton.reading.portions import Mapped, Whole
from adapters.erp.tryton.reading.records import (
    Warehouse,
    all_rows,
    of_company,
    warehouses,
    without_gaps,
)
from adapters.erp.tryton.reading.watch import Watch
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.ports import IncomingKind

MODEL = "stock.order_point"
_RESTS_ON = (MODEL, "product.product", "stock.location")
_FIELDS = (
    *("product.code", "location.warehouse", "location.type", "type"),
    *("min_quantity", "target_quantity", "max_quantity"),
)


def order_points(rpc: Rpc) -> Whole:
    """All order points, those of a warehouse before those of a place within one."""
    return Whole(IncomingKind.ORDER_POINTS, partial(_mapped, rpc), Watch(rpc, _RESTS_ON))


def _mapped(rpc: Rpc) -> Mapped:
    places = warehouses(rpc)
    found = all_rows(rpc, Search(MODEL, _FIELDS, of_company(rpc)))
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(found, key=lambda one: (one["type"] != "purchase", one["id"])):
        place = places.get(row["location."]["warehouse"] or 0)
        if place is None:
            continue
        told = _row(row, place)
        first = rows.setdefault((told["item_id"], told["location_id"]), told)
        _bound(first, told.get("maximum_quantity"))
    return Mapped([rows[key] for key in sorted(rows)])


def _row(row: Row, place: Warehouse) -> dict[str, Any]:
    """In the product's own unit, which is our base unit. Without a minimum it never orders."""
    target, maximum = row["target_quantity"], row["max_quantity"]
    minimum = min(0, target) if row["min_quantity"] is None else row["min_quantity"]
    return without_gaps(
        {
            "native_id": str(row["id"]),
            "item_id": code_of(row["product."]),
            "location_id": place.code,
            "minimum_quantity": plain(minimum),
            "target_quantity": plain(target),
            "maximum_quantity": None if maximum is None else plain(maximum),
        }
    )


def _bound(row: dict[str, Any], maximum: str | None) -> None:
    """Another order point of the same item and warehouse may know a maximum."""
    if maximum is not None and "maximum_quantity" not in row:
        row["maximum_quantity"] = maximum
