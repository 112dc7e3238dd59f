"""Rows of an outside plan in our words: keys instead of codes, base units, and days to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from sqlalchemy.orm import Session

from adapters.canonical.planning import OutsideForecast
from service.feeds.cross_references import CodeKind, existing, translate
from service.feeds.outside_rows import Content, OutsideRow, content_of
from service.feeds.placing import UnusableRow, inexact, unknown, unknown_unit
from service.feeds.row_problems import Fault
from service.feeds.units import InexactConversionError, ItemUnits, item_units, to_base
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class PlacedPlan:
    """A row by key, with its quantities in base units; a recommendation has no ``quantiles``."""

    key: Key
    quantity: Decimal
    quantiles: Mapping[str, Decimal]
    supplier_id: str | None


@dataclass(frozen=True)
class PlanReferences:
    """What the codes of an import mean, looked up before any row is looked at."""

    items: Mapping[str, str]
    locations: Mapping[str, str]
    suppliers: Mapping[str, str]
    unit_codes: Mapping[str, str]
    known_locations: frozenset[str]
    units: Mapping[str, ItemUnits]
    today: date

    def key(self, row: OutsideRow) -> Key:
        """The key that a row is about, whether or not it exists."""
        return self.items[row.item_id], self.locations[row.location_id]

    def place(self, row: OutsideRow) -> PlacedPlan | UnusableRow:
        """The row in our words, or why it cannot be used."""
        item_id, location_id = self.key(row)
        item = self.units.get(item_id)
        if item is None:
            return UnusableRow(unknown("item", "item_id", item_id), "unknown_product")
        if location_id not in self.known_locations:
            return UnusableRow(unknown("location", "location_id", location_id), "unknown_location")
        said = content_of(row)
        if said.last_day < self.today:
            return UnusableRow(_closed(row, said.last_day, self.today), "closed_period")
        return self._converted(row, said, item)

    def _converted(
        self, row: OutsideRow, said: Content, item: ItemUnits
    ) -> PlacedPlan | UnusableRow:
        unit = self.unit_codes[row.unit] if row.unit is not None else None
        convert = partial(to_base, item, unit=unit, on=said.measured_on)
        try:
            quantity = convert(said.quantity)
            quantiles = {level: convert(value) for level, value in said.quantiles.items()}
        except InexactConversionError as error:
            return UnusableRow(inexact(item, error))
        if quantity is None:
            return UnusableRow(unknown_unit(item, row.unit or ""), "unknown_unit")
        return PlacedPlan(
            self.key(row),
            quantity,
            {level: value for level, value in quantiles.items() if value is not None},
            self.suppliers[said.supplier_id] if said.supplier_id is not None else None,
        )


def plan_references(
    session: Session, system: str, rows: Sequence[OutsideRow], today: date
) -> PlanReferences:
    """Look up what ``rows`` of ``system`` refer to."""
    items = translate(session, system, CodeKind.ITEM, {row.item_id for row in rows})
    locations = translate(session, system, CodeKind.LOCATION, {row.location_id for row in rows})
    suppliers = {code for row in rows if (code := content_of(row).supplier_id) is not None}
    units = {row.unit for row in rows if row.unit is not None}
    return PlanReferences(
        items=items,
        locations=locations,
        suppliers=translate(session, system, CodeKind.SUPPLIER, suppliers),
        unit_codes=translate(session, system, CodeKind.UNIT, units),
        known_locations=frozenset(existing(session, CodeKind.LOCATION, locations.values())),
        units=item_units(session, set(items.values())),
        today=today,
    )


def _closed(row: OutsideRow, last_day: date, today: date) -> Fault:
    return Fault(
        "closed-period",
        "end" if isinstance(row, OutsideForecast) else "required_date",
        f"{last_day} is past: the planning day is {today}.",
        "Correct the day and replay the exception, or discard it if the period is simply over.",
    )
