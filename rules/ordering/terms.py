"""The terms an order quantity is made of, each with the record it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.ordering.quantities import read, written

DEMAND_KINDS = (
    "baseline",
    "orders_beyond_baseline",
    "linked_orders",
    "opportunity",
    "downstream_needs",
    "safety_stock",
)
"""They add up to the order-up-to level."""

SUPPLY_KINDS = (
    "on_hand",
    "scheduled_receipt",
    "committed_proposal",
    "reserved_transfer",
    "backorders",
)
"""They add up to the inventory position, with the sign turned."""

NETWORK_KINDS = ("transfer_out", "transfer_in", "passed_upstream")
"""What the plan moves between locations: given, received, and left to another to supply."""

LOT_KINDS = ("rounding", "minimum_order_quantity", "order_multiple", "surplus")
"""They lead from the net requirement to the quantity."""

KINDS = DEMAND_KINDS + SUPPLY_KINDS + NETWORK_KINDS + LOT_KINDS
"""All kinds in the order in which a person reads them."""

REPEATED_KINDS = frozenset(
    {
        "linked_orders",
        "opportunity",
        "downstream_needs",
        "scheduled_receipt",
        "committed_proposal",
        "reserved_transfer",
        "transfer_out",
        "transfer_in",
    }
)
"""Kinds of which an explanation may hold several; of the others it holds at most one."""


class ExplanationMismatch(ValueError):  # noqa: N818  a finding, not a fault of the program
    """An explanation whose terms do not lead to its quantity, or that cannot be read."""


@dataclass(frozen=True)
class Record:
    """What a term rests on: the type of record, its id, and which version of it was read."""

    type: str
    id: str
    version: str


@dataclass(frozen=True)
class Term:
    """One signed part of the quantity, in base units, with a label for planners."""

    kind: str
    label: str
    quantity: Decimal
    records: tuple[Record, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON values only; the quantity as a string of six decimals."""
        return {
            "kind": self.kind,
            "label": self.label,
            "quantity": written(self.quantity),
            "records": [
                {"type": record.type, "id": record.id, "version": record.version}
                for record in self.records
            ],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Term":
        """The term that ``to_json`` wrote."""
        return cls(
            kind=document["kind"],
            label=document["label"],
            quantity=read(document["quantity"]),
            records=tuple(Record(**record) for record in document["records"]),
        )


def check_order(terms: tuple[Term, ...]) -> None:
    """Raise ExplanationMismatch unless the kinds are known, in order and not doubled."""
    unknown = [term.kind for term in terms if term.kind not in KINDS]
    if unknown:
        raise ExplanationMismatch(f"unknown kind of term: {', '.join(unknown)}")
    ranks = [KINDS.index(term.kind) for term in terms]
    if ranks != sorted(ranks):
        raise ExplanationMismatch(f"terms stand in another order than {', '.join(KINDS)}")
    single = [term.kind for term in terms if term.kind not in REPEATED_KINDS]
    doubled = sorted({kind for kind in single if single.count(kind) > 1})
    if doubled:
        raise ExplanationMismatch(f"more than one term of kind {', '.join(doubled)}")


def total(terms: tuple[Term, ...], kinds: tuple[str, ...]) -> Decimal:
    """The sum of the terms of these kinds."""
    return sum((term.quantity for term in terms if term.kind in kinds), Decimal(0))
