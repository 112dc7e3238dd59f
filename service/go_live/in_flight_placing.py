"""From the ERP's words to ours: keys instead of codes, base units instead of any unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from service.feeds.cross_references import CodeKind, existing, translate
from service.feeds.row_problems import Fault
from service.feeds.units import InexactConversionError, ItemUnits, item_units, to_base
from service.go_live.in_flight_words import InFlightRequisition
from service.work.dirty_keys import Key

_EXCEPTIONS = {CodeKind.ITEM: "unknown_product", CodeKind.LOCATION: "unknown_location"}
_SEND_AGAIN = "then replay the exception, or send the requisition again."


@dataclass(frozen=True)
class PlacedRequisition:
    """A requisition by our keys; ``quantity`` in the item's base unit."""

    said: InFlightRequisition
    key: Key
    supplier_id: str | None
    quantity: Decimal
    unit: str


@dataclass(frozen=True)
class UnplacedRequisition:
    """Why one cannot be placed; under ``exception`` it waits until that is known, if it can."""

    said: InFlightRequisition
    fault: Fault
    exception: str | None = None


@dataclass(frozen=True)
class _Meanings:
    keys: dict[CodeKind, dict[str, str]]
    in_use: dict[CodeKind, set[str]]
    units: dict[str, ItemUnits]


def place(
    session: Session, system: str, rows: Sequence[InFlightRequisition]
) -> list[PlacedRequisition | UnplacedRequisition]:
    """The rows by our keys, in their order; looked up in sets."""
    meanings = _meanings(session, system, rows)
    return [_place(meanings, row) for row in rows]


def _meanings(session: Session, system: str, rows: Iterable[InFlightRequisition]) -> _Meanings:
    codes = {
        CodeKind.ITEM: {row.item_id for row in rows},
        CodeKind.LOCATION: {row.location_id for row in rows},
        CodeKind.SUPPLIER: {row.supplier_id for row in rows if row.supplier_id},
        CodeKind.UNIT: {row.unit for row in rows if row.unit},
    }
    keys = {kind: translate(session, system, kind, told) for kind, told in codes.items()}
    in_use = {kind: existing(session, kind, keys[kind].values()) for kind in _EXCEPTIONS}
    return _Meanings(keys, in_use, item_units(session, in_use[CodeKind.ITEM]))


def _place(
    meanings: _Meanings, row: InFlightRequisition
) -> PlacedRequisition | UnplacedRequisition:
    told = {CodeKind.ITEM: row.item_id, CodeKind.LOCATION: row.location_id}
    for kind, code in told.items():
        if meanings.keys[kind][code] not in meanings.in_use[kind]:
            return UnplacedRequisition(row, _unknown(kind, code), _EXCEPTIONS[kind])
    item = meanings.units[meanings.keys[CodeKind.ITEM][row.item_id]]
    unit = row.unit and meanings.keys[CodeKind.UNIT][row.unit]
    try:
        quantity = to_base(item, row.quantity, unit, row.expected_date)
    except InexactConversionError as error:
        remedy = f"Send the quantity in {item.base_unit!r}."
        return UnplacedRequisition(row, Fault("inexact-quantity", "unit", f"{error}.", remedy))
    if quantity is None:
        return UnplacedRequisition(row, _unknown_unit(item, row), "unknown_unit")
    supplier = row.supplier_id and meanings.keys[CodeKind.SUPPLIER][row.supplier_id]
    key = (item.item_id, meanings.keys[CodeKind.LOCATION][row.location_id])
    return PlacedRequisition(row, key, supplier, quantity, item.base_unit)


def _unknown(kind: CodeKind, code: str) -> Fault:
    return Fault(
        f"unknown-{kind}",
        f"{kind}_id",
        f"There is no {kind} {code!r}, or it is gone.",
        f"Send the {kind}, or put a cross reference from this code; {_SEND_AGAIN}",
    )


def _unknown_unit(item: ItemUnits, row: InFlightRequisition) -> Fault:
    return Fault(
        "unknown-unit",
        "unit",
        f"Item {item.item_id!r} cannot be told in {row.unit!r}; its base unit is "
        f"{item.base_unit!r}.",
        f"Add a conversion to the item, or a cross reference for the unit; {_SEND_AGAIN}",
    )
