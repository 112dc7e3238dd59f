"""Units of measure: from the unit a quantity was told in to the item's base unit, exactly."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.quantity import LIMIT, SCALE
from service.database.types import MILLIONTHS
from service.feeds.code_sets import one_of
from service.feeds.tables import ItemRow


class InexactConversionError(ValueError):
    """The converted quantity needs more than six decimals, or is out of range."""


@dataclass(frozen=True)
class Conversion:
    """``base = quantity × numerator / denominator`` from ``valid_from`` on."""

    unit: str
    numerator: Decimal
    denominator: Decimal
    valid_from: date


@dataclass(frozen=True)
class ItemUnits:
    """The units an item can be told in."""

    item_id: str
    base_unit: str
    unit_decimals: int
    conversions: tuple[Conversion, ...] = ()

    def conversion(self, unit: str, on: date) -> Conversion | None:
        """The conversion from ``unit`` in force on a day: the one that began last by then."""
        begun = [entry for entry in self.conversions if entry.unit == unit]
        begun = [entry for entry in begun if entry.valid_from <= on]
        return max(begun, key=lambda entry: entry.valid_from, default=None)


def item_units(session: Session, item_ids: Collection[str]) -> dict[str, ItemUnits]:
    """The units of ``item_ids``; unknown items and those that are gone are left out."""
    units = select(ItemRow.item_id, ItemRow.base_unit, ItemRow.unit_decimals, ItemRow.conversions)
    return {
        item_id: ItemUnits(item_id, base, decimals, tuple(map(_conversion, conversions)))
        for item_id, base, decimals, conversions in session.execute(
            units.where(one_of(session, ItemRow.item_id, item_ids), ItemRow.gone.is_(False))
        )
    }


def to_base(item: ItemUnits, quantity: Decimal, unit: str | None, on: date) -> Decimal | None:
    """``quantity`` of ``unit`` in the item's base unit as of a day; no unit means the base unit.

    None if the item has no such unit on that day. Raises InexactConversionError if the result
    has more than six decimals or is not below a thousand million: nothing is ever rounded.
    """
    if unit is None or unit == item.base_unit:
        return quantity
    entry = item.conversion(unit, on)
    if entry is None:
        return None
    product = _millionths(quantity) * _millionths(entry.numerator)
    whole, rest = divmod(product, _millionths(entry.denominator))
    if rest or abs(whole) >= _millionths(LIMIT):
        raise InexactConversionError(
            f"{quantity} {unit} × {entry.numerator} / {entry.denominator} is no quantity of "
            f"{item.base_unit} with at most {SCALE} decimals below {LIMIT}"
        )
    return Decimal(whole).scaleb(-SCALE)


def price_per_base(item: ItemUnits, price: Decimal, unit: str | None, on: date) -> Decimal | None:
    """The price of one base unit, from the price of one ``unit``, rounded to six decimals.

    Prices of sales lines weigh demand; no document is made of them, hence the rounding. Raises
    InexactConversionError if the result is not below a thousand million.
    """
    if unit is None or unit == item.base_unit:
        return price
    entry = item.conversion(unit, on)
    if entry is None:
        return None
    exact = price * entry.denominator / entry.numerator
    if exact >= LIMIT:
        raise InexactConversionError(f"{price} for one {unit} is no price of a {item.base_unit}")
    return exact.quantize(Decimal(1).scaleb(-SCALE), rounding=ROUND_HALF_EVEN)


def _millionths(quantity: Decimal) -> int:
    return int(quantity * MILLIONTHS)


def _conversion(entry: dict[str, Any]) -> Conversion:
    return Conversion(
        unit=entry["unit"],
        numerator=Decimal(entry["numerator"]),
        denominator=Decimal(entry["denominator"]),
        valid_from=date.fromisoformat(entry["valid_from"]),
    )
