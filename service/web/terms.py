"""The explanation as a sum that can be followed line by line, with subtotals and a bar for each.

The bars form a waterfall: each begins where the one before ended.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from rules.ordering.terms import DEMAND_KINDS, LOT_KINDS, NETWORK_KINDS, SUPPLY_KINDS

SAFETY_STOCK = "safety_stock"
EXPECTED_KINDS = tuple(kind for kind in DEMAND_KINDS if kind != SAFETY_STOCK)
BAR_WIDTH = 120
_BAR_INSET = 1


@dataclass(frozen=True)
class RecordLink:
    """A record that a term was read from, and where it can be seen, if anywhere."""

    type: str
    id: str
    version: str
    address: str


@dataclass(frozen=True)
class Bar:
    """A waterfall bar in pixels; ``zero`` is where nothing is."""

    x: float
    width: float
    zero: float


@dataclass(frozen=True)
class TermLine:
    """A line of the sum. A subtotal has no records; ``running`` is the sum down to it."""

    kind: str
    label: str
    quantity: Decimal
    running: Decimal
    bar: Bar
    records: tuple[RecordLink, ...] = ()
    subtotal: bool = False


@dataclass(frozen=True)
class _Entry:
    kind: str
    label: str
    quantity: Decimal
    records: tuple[RecordLink, ...]


def term_lines(
    explanation: Mapping[str, Any], addresses: Mapping[str, str] = MappingProxyType({})
) -> list[TermLine]:
    """The terms in the order of the arithmetic, with a subtotal after each of its steps.

    ``addresses`` says where the records with these ids can be seen.
    """
    entries = [_entry(term, addresses) for term in explanation.get("terms", ())]
    place = _scale(entries)
    return list(_lines(entries, place))


def opportunity_terms(explanation: Mapping[str, Any]) -> dict[str, Decimal]:
    """What each opportunity line adds to the expected demand, by the ids of its records."""
    return {
        str(record["id"]): Decimal(str(term["quantity"]))
        for term in explanation.get("terms", ())
        if term["kind"] == "opportunity"
        for record in term.get("records", ())
    }


_STEPS = (
    (EXPECTED_KINDS, "Expected demand", False),
    ((SAFETY_STOCK,), "Order-up-to level S", False),
    (SUPPLY_KINDS, "Inventory position", True),
    (NETWORK_KINDS, "Moved between locations", True),
    ((), "Net requirement", False),
    (LOT_KINDS, "Lot sizing", True),
    ((), "Quantity to order", False),
)
"""Kinds of terms, the subtotal after them, and whether it is of these terms alone."""

_OUTSIDE_STEPS = (
    (EXPECTED_KINDS, "Recommended quantity", False),
    (SUPPLY_KINDS, "Taken since", True),
    ((), "Left to order", False),
    (LOT_KINDS, "Lot sizing", True),
    ((), "Quantity to order", False),
)
"""The same where another planning system recommends."""


def _lines(entries: Sequence[_Entry], place: "_Scale") -> Iterator[TermLine]:
    running = Decimal(0)
    for kinds, label, part in _steps(entries):
        start = running
        for entry in entries:
            if entry.kind in kinds:
                yield TermLine(
                    entry.kind,
                    entry.label,
                    entry.quantity,
                    running + entry.quantity,
                    place.bar(running, running + entry.quantity),
                    entry.records,
                )
                running += entry.quantity
        first, amount = (start, running - start) if part else (Decimal(0), running)
        shown = -amount if kinds == SUPPLY_KINDS else amount
        bar = place.bar(first, running)
        yield TermLine("subtotal", label, shown, running, bar, subtotal=True)


def _steps(entries: Sequence[_Entry]) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """The steps of this explanation; where no transfer is planned, there is no such step."""
    kinds = {entry.kind for entry in entries}
    for step in _OUTSIDE_STEPS if "outside_recommendation" in kinds else _STEPS:
        if step[0] != NETWORK_KINDS or kinds & {*NETWORK_KINDS}:
            yield step


def _entry(term: Mapping[str, Any], addresses: Mapping[str, str]) -> _Entry:
    kind = str(term["kind"])
    records = tuple(_link(record, addresses) for record in term.get("records", ()))
    return _Entry(kind, str(term.get("label") or kind), Decimal(str(term["quantity"])), records)


def _link(record: Mapping[str, Any], addresses: Mapping[str, str]) -> RecordLink:
    kind, key = str(record.get("type", "")), str(record.get("id", ""))
    address = addresses.get(key, "")
    if "proposal" in kind:
        address = proposal_address(key)
    return RecordLink(kind, key, str(record.get("version", "")), address)


def proposal_address(external_ref: str) -> str:
    """The page of a proposal."""
    return f"/proposals/{quote(external_ref, safe='')}"


def opportunity_address(system: str, opportunity_id: str) -> str:
    """The page of an opportunity."""
    return f"/opportunities/{quote(system, safe='')}/{quote(opportunity_id, safe='')}"


@dataclass(frozen=True)
class _Scale:
    low: Decimal
    per_pixel: Decimal

    def bar(self, first: Decimal, last: Decimal) -> Bar:
        left, right = self._x(min(first, last)), self._x(max(first, last))
        return Bar(round(left, 1), round(max(right - left, 1), 1), round(self._x(Decimal(0)), 1))

    def _x(self, value: Decimal) -> float:
        return _BAR_INSET + float((value - self.low) / self.per_pixel)


def _scale(entries: Sequence[_Entry]) -> _Scale:
    running, low, high = Decimal(0), Decimal(0), Decimal(0)
    for kinds in (EXPECTED_KINDS, (SAFETY_STOCK,), SUPPLY_KINDS, NETWORK_KINDS, LOT_KINDS):
        for entry in entries:
            if entry.kind in kinds:
                running += entry.quantity
                low, high = min(low, running), max(high, running)
    return _Scale(low, max(high - low, Decimal(1)) / (BAR_WIDTH - 2 * _BAR_INSET))
