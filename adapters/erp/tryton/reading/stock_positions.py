"""Stock by warehouse, of the products that something moved.

Tryton keeps no stock figure that could change: it adds up moves. So at first all products are
read, then those of which a move was done since.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.quantities import plain
from adapters.erp.tryton.reading.items import MODEL as PRODUCT
from adapters.erp.tryton.reading.items import stocked
from adapters.erp.tryton.reading.portions import Changes, Mapped, Portion, Standing
from adapters.erp.tryton.reading.records import Warehouse, by_id, of_company, warehouses, written
from adapters.erp.tryton.reading.sales_lines import MOVE
from adapters.erp.tryton.reading.sweep import to_json
from adapters.erp.tryton.reading.tracks import ACTIVE_OR_NOT, Track, own_tracks
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.ports import IncomingKind

_PRODUCTS = "products"
_AT_ONCE = 200


class StockPositions:
    """The stock of each product in each warehouse, read again once it has moved."""

    kind = IncomingKind.STOCK_POSITIONS

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._moves = _moves(rpc)
        tracks = {_PRODUCTS: Track(PRODUCT, "create_date", stocked()), **self._moves}
        self._changes = Changes(self.kind, rpc, tracks, partial(_mapped, rpc), _AT_ONCE)

    def next_portion(self, standing: Standing) -> Portion | None:
        """At first all products; then those that moved since before the first of them was read."""
        return self._changes.next_portion(standing or self._beginning())

    def _beginning(self) -> Standing:
        return {name: to_json(track.end(self._rpc)) for name, track in self._moves.items()}


def _moves(rpc: Rpc) -> dict[str, Track]:
    done = [["state", "=", "done"], *of_company(rpc)]
    new, changed = own_tracks(MOVE, done)
    return {"new moves": new, "changed moves": changed}


def _newest(rpc: Rpc, moves: dict[str, Track]) -> datetime | None:
    """When the newest move was done that is counted by now."""
    found = [track.sweeper(rpc).newest() for track in moves.values()]
    return max((change.at for change in found if change), default=None)


def _mapped(rpc: Rpc, track: str, ids: Sequence[int]) -> Mapped:
    products = ids if track == _PRODUCTS else _moved(rpc, ids)
    as_of = _newest(rpc, _moves(rpc))  # before the figures: they may only be newer
    found = by_id(rpc, PRODUCT, products, ["code", "create_date", "template.type"])
    kept = {key: row for key, row in found.items() if row["template."]["type"] == "goods"}
    if not kept:
        return Mapped()
    moment = as_of or max(row["create_date"] for row in kept.values())
    rows: list[dict[str, Any]] = []
    for place in warehouses(rpc).values():
        rows += _in_place(rpc, place, kept, moment)
    return Mapped(rows)


def _moved(rpc: Rpc, moves: Sequence[int]) -> list[int]:
    return [row["product"] for row in by_id(rpc, MOVE, moves, ["product"]).values()]


def _in_place(
    rpc: Rpc, place: Warehouse, products: dict[int, Row], as_of: datetime
) -> Iterator[dict[str, Any]]:
    """One call per warehouse: which one is meant stands in its context."""
    context = {"locations": [place.id], "with_childs": True, **ACTIVE_OR_NOT}
    search = Search(PRODUCT, ["quantity"], [["id", "in", sorted(products)]])
    for row in rpc.rows(search, context=context):
        yield {
            "item_id": code_of(products[row["id"]]),
            "location_id": place.code,
            "on_hand": plain(row["quantity"] or 0),
            "as_of": written(as_of),
        }
