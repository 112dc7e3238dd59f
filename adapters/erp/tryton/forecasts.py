"""Tryton as the planning system that is told our forecast.

Ours are the forecasts that our log-in has made; those of people are never touched. Tryton lets no
two confirmed forecasts of a warehouse overlap: where one of theirs is in the way, it says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adapters.canonical.outlook import PublishedForecast, SeriesForecast
from adapters.erp.tryton.forecast_pieces import Line, Piece, told
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.erp.tryton.writing.documents import refusal
from adapters.erp.tryton.writing.names import product_of, products, warehouse_of, warehouses
from adapters.erp.tryton.writing.narrowing import is_about_records, narrowed
from adapters.http_client import RefusedCallerError
from adapters.ports import Failure, PortError, WriteResult, Written
from adapters.repetition import failed

_MODEL = "stock.forecast"
_MOST_TRIES = 3
_LINE_FIELDS = ("product", "quantity", "unit", "unit.rounding")


@dataclass(frozen=True)
class _Kept:
    """A forecast of ours as it stands in Tryton; lines by product, with their ids."""

    piece: Piece
    confirmed: bool
    stamp: str
    line_ids: Mapping[int, int]


@dataclass(frozen=True)
class _Place:
    """Where demand leaves from, and where it goes."""

    warehouse_id: int
    destination_id: int


class Forecasts:
    """The planning port of Tryton."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def write_forecast(self, forecast: PublishedForecast) -> Written:
        """Replace each series within its range; a series that is refused spoils no other.

        Raises the RefusedCallerError of a user whom Tryton refuses.
        """
        try:
            refused = self._refused(forecast)
        except RefusedCallerError:
            raise
        except PortError as fault:
            return failed(forecast.publication_id, fault)
        if refused:
            return failed(forecast.publication_id, _together(refused, len(forecast.series)))
        return Written(forecast.publication_id, WriteResult.TAKEN)

    def _refused(self, forecast: PublishedForecast) -> list[PortError]:
        names = products(self._rpc, {one.item_id for one in forecast.series})
        places = warehouses(self._rpc, {one.location_id for one in forecast.series})
        destination = self._destination()
        refused: list[PortError] = []
        for series in forecast.series:
            try:
                place = _Place(warehouse_of(places, series.location_id).id, destination)
                self._replace(series, place, names)
            except PortError as fault:
                if not is_about_records(fault):
                    raise
                refused.append(fault)
        return refused

    def _replace(
        self, series: SeriesForecast, place: _Place, names: Mapping[str, Sequence[Row]]
    ) -> None:
        """Try again on fresh data where somebody changes the same forecasts."""
        product = product_of(names, series.item_id)
        if product.unit != series.unit:
            raise refusal(f"{series.item_id} is counted in {product.unit} in Tryton.")
        counted = Line(product.unit_id, Decimal(product.step), Decimal(0))
        for number in range(1, _MOST_TRIES + 1):
            kept = self._ours(place, series)
            pieces = told([one.piece for one in kept], series, product.id, counted)
            try:
                self._bring_about(pieces, {one.piece.id: one for one in kept}, place)
            except PortError as fault:
                if fault.failure is not Failure.CONFLICT or number == _MOST_TRIES:
                    raise
            else:
                return

    def _ours(self, place: _Place, series: SeriesForecast) -> list[_Kept]:
        """Our forecasts that the series has to do with.

        A draft that overlaps another one is what a crash has left of a cut: it is removed.
        """
        fields = ["from_date", "to_date", "state", "_timestamp"]
        domain = [
            ("create_uid.login", "=", self._rpc.settings.login),
            ("warehouse", "=", place.warehouse_id),
            ("destination", "=", place.destination_id),
            ("state", "in", ["draft", "done"]),
            ("from_date", "<=", series.end),
            ("to_date", ">=", series.start),
        ]
        search = Search(_MODEL, [*fields, *(f"lines.{name}" for name in _LINE_FIELDS)], domain)
        rows = self._rpc.rows(search, context=_PAST_ONES_TOO)
        found = sorted(map(_kept, rows), key=lambda one: not one.confirmed)
        kept: list[_Kept] = []
        left: list[int | None] = []
        for one in found:
            if any(_overlap(one.piece, other.piece) for other in kept):
                left.append(one.piece.id)
            else:
                kept.append(one)
        if left:
            self._rpc.call(_MODEL, "delete", left)
        return kept

    def _bring_about(
        self, pieces: Sequence[Piece], kept: Mapping[int | None, _Kept], place: _Place
    ) -> None:
        """What is new first, then what is cut: dying in between leaves drafts, and no gap."""
        new = [piece for piece in pieces if piece.id is None]
        changed = [(kept[one.id], one) for one in pieces if one.id and kept[one.id].piece != one]
        self._open([there for there, _ in changed if there.confirmed])
        made = self._create(new, place) if new else []
        if changed:
            writes = [part for there, wanted in changed for part in _write(there, wanted)]
            self._rpc.call(_MODEL, "write", *writes)
        drafts = [one.id for one in pieces if one.id and not kept[one.id].confirmed]
        self._confirm(sorted({*made, *(there.piece.id or 0 for there, _ in changed), *drafts}))

    def _open(self, forecasts: Sequence[_Kept]) -> None:
        if forecasts:
            ids = [one.piece.id for one in forecasts]
            stamps = {f"{_MODEL},{one.piece.id}": one.stamp for one in forecasts}
            self._rpc.call(_MODEL, "draft", ids, context={"_timestamp": stamps})

    def _create(self, pieces: Sequence[Piece], place: _Place) -> list[int]:
        made: list[int] = self._rpc.call(
            _MODEL,
            "create",
            [
                {
                    "warehouse": place.warehouse_id,
                    "destination": place.destination_id,
                    "from_date": piece.start,
                    "to_date": piece.end,
                    "lines": [["create", [_values(*line) for line in piece.lines.items()]]],
                }
                for piece in pieces
            ],
        )
        return made

    def _confirm(self, ids: Sequence[int]) -> None:
        """Confirm what can be; raises the PortError of the first that is refused."""
        refused = narrowed(ids, self._press_confirm).refused
        if refused:
            raise refused[0][1]

    def _press_confirm(self, ids: Sequence[int]) -> list[None]:
        self._rpc.call(_MODEL, "confirm", list(ids))
        return [None] * len(ids)

    def _destination(self) -> int:
        """The customers' location; of several, the first that is not within another one."""
        domain = [("type", "=", "customer"), ["OR", ("parent", "=", None), _NOT_WITHIN]]
        found = self._rpc.rows(Search("stock.location", ["id"], domain))
        if not found:
            raise refusal("Tryton has no location of customers.")
        destination: int = found[0]["id"]
        return destination


_PAST_ONES_TOO = {"active_test": False}
"""A forecast whose last day has gone is not active any more, and still in the way of others."""
_NOT_WITHIN = ("parent.type", "!=", "customer")


def _kept(row: Row) -> _Kept:
    lines = {
        line["product"]: Line(line["unit"], line["unit."]["rounding"], line["quantity"])
        for line in row["lines."]
    }
    return _Kept(
        Piece(row["from_date"], row["to_date"], lines, row["id"]),
        confirmed=row["state"] == "done",
        stamp=row["_timestamp"],
        line_ids={line["product"]: line["id"] for line in row["lines."]},
    )


def _overlap(one: Piece, other: Piece) -> bool:
    return one.start <= other.end and other.start <= one.end


def _write(there: _Kept, wanted: Piece) -> tuple[list[int | None], dict[str, Any]]:
    """One record and its changes, as Tryton's write takes them."""
    gone = [there.line_ids[product] for product in there.line_ids if product not in wanted.lines]
    new = [_values(*one) for one in wanted.lines.items() if one[0] not in there.line_ids]
    lines: list[list[Any]] = [
        ["write", [there.line_ids[product]], _values(product, line)]
        for product, line in wanted.lines.items()
        if product in there.line_ids and line != there.piece.lines[product]
    ]
    lines += [["delete", gone]] if gone else []
    lines += [["create", new]] if new else []
    return [wanted.id], {"to_date": wanted.end, "lines": lines}


def _values(product_id: int, line: Line) -> dict[str, Any]:
    """Tryton moves forecast goods in parts of at least ``minimal_quantity``: the smallest."""
    return {
        "product": product_id,
        "unit": line.unit_id,
        "quantity": float(line.quantity),
        "minimal_quantity": float(line.step),
    }


def _together(refused: Sequence[PortError], series: int) -> PortError:
    """One fault for the publication, in the words of its first one."""
    first = refused[0]
    return PortError(
        first.failure, f"{len(refused)} of {series} series were not taken. {first.detail}"
    )
