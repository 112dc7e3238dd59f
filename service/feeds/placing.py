"""From the sender's words to ours: keys instead of codes, base units instead of any unit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import Item, Location
from service.feeds.batches import CanonicalRow, FeedRow, Removal, UnreadableRow
from service.feeds.references import References, code_of
from service.feeds.row_problems import Fault
from service.feeds.subjects import Subject
from service.feeds.units import InexactConversionError, ItemUnits, price_per_base, to_base

MEMBER_SEPARATOR = "\x1f"
"""Stands between the parts of a member's name; no code can hold it."""

_EXCEPTION_KINDS = {"item": "unknown_product", "location": "unknown_location"}


@dataclass(frozen=True)
class Delivery:
    """Who delivers when, and what its snapshot covers (empty: everything)."""

    system: str
    now: datetime
    by_snapshot: bool = False
    locations: frozenset[str] = frozenset()
    order_kinds: frozenset[str] = frozenset()

    def covers(self, subject: Subject, location_id: str | None) -> bool:
        """Whether a row of this kind at this location is within the snapshot's scope."""
        if self.order_kinds and subject.order_kind not in self.order_kinds:
            return False
        return location_id is None or not self.locations or location_id in self.locations


class PlacedRow(NamedTuple):
    """A row in the words of its table; a removal has only the columns of its source."""

    key: tuple[Any, ...]
    values: dict[str, Any]
    removal: bool


@dataclass(frozen=True, slots=True)
class UnusableRow:
    """A row that cannot be stored; with ``exception`` it is kept under that kind."""

    fault: Fault
    exception: str | None = None


def place(
    subject: Subject, references: References, delivery: Delivery, row: CanonicalRow | Removal
) -> PlacedRow | UnusableRow:
    """The row as its table keeps it, or why it cannot be stored."""
    if row.source.system != delivery.system:
        return UnusableRow(_foreign(row.source.system, delivery.system))
    removal = isinstance(row, Removal)
    values = _source_columns(row.source, delivery.now)
    values |= _key_columns(subject, references, row) if removal else _columns(row)
    for column, keys in references.keys.items():
        if (code := values.get(column)) is not None:
            values[column] = keys[code]
    if not delivery.covers(subject, values.get("location_id")):
        return UnusableRow(_OUTSIDE_SCOPE)
    unusable = None if isinstance(row, Removal) else _mend(subject, references, row, values)
    if unusable:
        return unusable
    return PlacedRow(tuple([values[name] for name in subject.key]), values, removal)


def member(subject: Subject, references: References, row: FeedRow) -> str | None:
    """Under which name a snapshot remembers the row's object; None if it cannot be read."""
    if isinstance(row, UnreadableRow):
        parts = [(row.named or {}).get(name) for name in subject.naming]
    elif subject.is_line:
        parts = [row.source.native_id]
    else:
        parts = [code_of(row, name) for name in subject.naming]
    if None in parts:
        return None
    keys = [
        references.key(name, str(part)) for name, part in zip(subject.naming, parts, strict=True)
    ]
    return member_of(subject, keys)


def member_of(subject: Subject, keys: list[str]) -> str:
    """The member's name of an object with these keys."""
    return MEMBER_SEPARATOR.join([*([subject.order_kind] if subject.order_kind else []), *keys])


def _source_columns(source: SourceRef, now: datetime) -> dict[str, Any]:
    return {
        "system": source.system,
        "native_id": source.native_id,
        "external_key": source.external_key,
        "version_token": source.version_token,
        "changed_at": source.changed_at,
        "received_at": now,
    }


def _key_columns(subject: Subject, references: References, row: FeedRow) -> dict[str, Any]:
    return {name: code_of(row, name) for name in subject.key if name in references.keys}


def _columns(row: Any) -> dict[str, Any]:
    values = {"provenance": "", **vars(row), "gone": False}
    del values["source"]
    values.pop("unit", None)
    if isinstance(row, Item):
        values["conversions"] = [entry.model_dump(mode="json") for entry in row.conversions]
    elif isinstance(row, Location):
        values["kind"] = str(row.kind)
    return values


def _mend(
    subject: Subject, references: References, row: CanonicalRow, values: dict[str, Any]
) -> UnusableRow | None:
    """Check what the row refers to and convert its quantities in place."""
    for column, in_use in references.existing.items():
        key = values[column]
        if key is not None and key not in in_use:
            kind = subject.known[column]
            return UnusableRow(unknown(kind, column, key), _EXCEPTION_KINDS[kind])
    unit = getattr(row, "unit", None)
    return _convert(subject, references, row, values) if unit is not None else None


def _convert(
    subject: Subject, references: References, row: Any, values: dict[str, Any]
) -> UnusableRow | None:
    item = references.units[values["item_id"]]
    unit, day = references.unit_codes[row.unit], subject.measured_on(row)
    try:
        told = [column for column in subject.quantities if values[column] is not None]
        for column in told:
            values[column] = to_base(item, values[column], unit, day)
        if values.get("unit_price") is not None:
            values["unit_price"] = price_per_base(item, values["unit_price"], unit, day)
    except InexactConversionError as error:
        return UnusableRow(inexact(item, error))
    if None in [values[column] for column in told]:
        return UnusableRow(unknown_unit(item, row.unit), "unknown_unit")
    return None


_OUTSIDE_SCOPE = Fault(
    "outside-snapshot-scope",
    "location_id",
    "The row lies outside of what its snapshot says it covers.",
    "Widen the snapshot's scope, or send the row as a delta.",
)


def _foreign(said: str, system: str) -> Fault:
    detail = f"The row is from {said!r}, its batch from {system!r}."
    return Fault("system-mismatch", "system", detail, "Send each system's rows in its own batch.")


def unknown(kind: str, column: str, key: str) -> Fault:
    """There is no such master data."""
    return Fault(
        f"unknown-{kind}",
        column,
        f"There is no {kind} {key!r}, or it is gone.",
        f"Send the {kind}, or put a cross reference from this code to one that exists; "
        "then replay the exception.",
    )


def unknown_unit(item: ItemUnits, unit: str) -> Fault:
    """The item has no such unit then."""
    return Fault(
        "unknown-unit",
        "unit",
        f"Item {item.item_id!r} cannot be told in {unit!r} on that day; "
        f"its base unit is {item.base_unit!r}.",
        "Add a conversion to the item, or a cross reference for the unit; "
        "then replay the exception.",
    )


def inexact(item: ItemUnits, error: InexactConversionError) -> Fault:
    """The conversion would round."""
    return Fault(
        "inexact-quantity",
        "unit",
        f"{error}.",
        f"Send the quantity in {item.base_unit!r}, or correct the item's conversion.",
    )
