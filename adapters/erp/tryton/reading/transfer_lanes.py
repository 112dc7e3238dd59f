"""Lanes between warehouses: where order points provide one from another, and lead times."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.reading import order_points
from adapters.erp.tryton.reading.portions import Mapped, Whole
from adapters.erp.tryton.reading.records import (
    Warehouse,
    all_rows,
    days,
    in_sequence,
    of_company,
    warehouses,
    without_gaps,
)
from adapters.erp.tryton.reading.watch import Watch
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.ports import IncomingKind

_LEAD_TIME = "stock.location.lead_time"
_LEAD_TIME_FIELDS = ("warehouse_from", "warehouse_to", "lead_time", "sequence")
_PROVIDED = [["type", "=", "internal"], ["provisioning_location", "!=", None]]
_POINT_FIELDS = ("product.code", "location.warehouse", "provisioning_location.warehouse")
_RESTS_ON = (order_points.MODEL, _LEAD_TIME, "product.product", "stock.location")

Pair = tuple[Warehouse, Warehouse]


def transfer_lanes(rpc: Rpc) -> Whole:
    """The lanes; one of an item has its native id, the others serve all items."""
    return Whole(IncomingKind.TRANSFER_LANES, partial(_mapped, rpc), Watch(rpc, _RESTS_ON))


def _mapped(rpc: Rpc) -> Mapped:
    places = list(warehouses(rpc).values())
    times = _lead_times(rpc)
    general = [
        _lane(pair, span)
        for pair in _pairs(places)
        for span in [_lead_time(pair, times)]
        if span is not None
    ]
    return Mapped([*general, *_provided(rpc, places, times)])


def _provided(
    rpc: Rpc, places: Sequence[Warehouse], times: Sequence[Row]
) -> Iterator[dict[str, Any]]:
    """Lanes of items; where no lead time is known, Tryton counts with none."""
    by_id = {place.id: place for place in places}
    domain = [*_PROVIDED, *of_company(rpc)]
    for row in all_rows(rpc, Search(order_points.MODEL, _POINT_FIELDS, domain)):
        source = by_id.get(row["provisioning_location."]["warehouse"] or 0)
        sink = by_id.get(row["location."]["warehouse"] or 0)
        if source is not None and sink is not None and source != sink:
            pair = source, sink
            lead_time = _lead_time(pair, times) or timedelta(0)
            item = {"item_id": code_of(row["product."]), "native_id": f"order-point/{row['id']}"}
            yield {**_lane(pair, lead_time), **item}


def _lead_times(rpc: Rpc) -> list[Row]:
    """In Tryton's order: the first that fits two warehouses counts."""
    found = all_rows(rpc, Search(_LEAD_TIME, _LEAD_TIME_FIELDS))
    return sorted(found, key=in_sequence)


def _lead_time(pair: Pair, times: Sequence[Row]) -> timedelta | None:
    """How long goods are under way; an end that is left open fits every warehouse."""
    source, sink = pair
    for row in times:
        fits_source = row["warehouse_from"] in (None, source.id)
        if fits_source and row["warehouse_to"] in (None, sink.id):
            span: timedelta | None = row["lead_time"]
            return span
    return None


def _pairs(places: Sequence[Warehouse]) -> Iterator[Pair]:
    return ((source, sink) for source in places for sink in places if source != sink)


def _lane(pair: Pair, lead_time: timedelta) -> dict[str, Any]:
    source, sink = pair
    return without_gaps(
        {
            "native_id": f"{source.id}-{sink.id}",
            "from_location_id": source.code,
            "to_location_id": sink.code,
            "lead_time_days": days(lead_time),
        }
    )
