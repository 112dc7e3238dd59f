"""Why this quantity: terms that add up to it exactly, and the check that they do.

An explanation that does not add up cannot be made: the constructor refuses it.
``recompute_quantity`` is for readers who trust nothing but the stored document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.ordering.lot_sizing import LotSizing, size_lot
from rules.ordering.quantities import quantised, read, written
from rules.ordering.terms import (
    DEMAND_KINDS,
    LOT_KINDS,
    NETWORK_KINDS,
    SUPPLY_KINDS,
    ExplanationMismatch,
    Record,
    Term,
    check_order,
    total,
)

__all__ = ["Explanation", "ExplanationMismatch", "Record", "Term", "recompute_quantity"]

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Explanation:
    """An order quantity in base ``unit``, as the sum of its terms.

    ``context`` names what is explained (item, location, day), in words. Raises
    ExplanationMismatch if the terms do not lead to the quantity through ``lot``.
    """

    unit: str
    terms: tuple[Term, ...]
    quantity: Decimal
    lot: LotSizing
    context: Mapping[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", dict(self.context))
        check_order(self.terms)
        _check_lot(self)

    @property
    def order_up_to_level(self) -> Decimal:
        """S: the sum of the demand terms."""
        return quantised(total(self.terms, DEMAND_KINDS))

    @property
    def inventory_position(self) -> Decimal:
        """Stock and supply as the terms have them, the sign turned back."""
        return quantised(-total(self.terms, SUPPLY_KINDS))

    @property
    def net_requirement(self) -> Decimal:
        """Order-up-to level less inventory position, after transfers; negative is a surplus."""
        moved = total(self.terms, NETWORK_KINDS)
        return quantised(self.order_up_to_level - self.inventory_position + moved)

    def to_json(self) -> dict[str, Any]:
        """JSON values only, quantities as strings of six decimals, with the subtotals."""
        return {
            "schema_version": SCHEMA_VERSION,
            "unit": self.unit,
            "terms": [term.to_json() for term in self.terms],
            "order_up_to_level": written(self.order_up_to_level),
            "inventory_position": written(self.inventory_position),
            "net_requirement": written(self.net_requirement),
            "quantity": written(self.quantity),
            "lot": {
                "minimum_order_quantity": written(self.lot.minimum_order_quantity),
                "order_multiple": written(self.lot.order_multiple),
                "unit_step": written(self.lot.unit_step),
            },
            "context": dict(self.context),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Explanation":
        """The explanation that ``to_json`` wrote; raises ExplanationMismatch for anything else."""
        try:
            return _read(document)
        except ExplanationMismatch:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ExplanationMismatch(f"the explanation cannot be read: {error!r}") from error


_SUBTOTALS = ("order_up_to_level", "inventory_position", "net_requirement")


def recompute_quantity(explanation_json: Mapping[str, Any]) -> Decimal:
    """The order quantity from the stored document alone.

    Adds the demand and supply terms, sizes the lot again, and compares every lot term, every
    subtotal and the quantity. Raises ExplanationMismatch if any of them differs, or if the
    document cannot be read.
    """
    explanation = Explanation.from_json(explanation_json)
    return size_lot(explanation.net_requirement, explanation.lot).quantity


def _read(document: Mapping[str, Any]) -> Explanation:
    if document["schema_version"] != SCHEMA_VERSION:
        raise ExplanationMismatch(f"schema_version {document['schema_version']} is unknown")
    explanation = Explanation(
        unit=document["unit"],
        terms=tuple(Term.from_json(term) for term in document["terms"]),
        quantity=read(document["quantity"]),
        lot=LotSizing(**{name: read(text) for name, text in document["lot"].items()}),
        context=document["context"],
    )
    _check_subtotals(explanation, {name: read(document[name]) for name in _SUBTOTALS})
    return explanation


def _check_lot(explanation: Explanation) -> None:
    sized = size_lot(explanation.net_requirement, explanation.lot)
    wanted = (sized.rounding, sized.minimum_uplift, sized.multiple_uplift, sized.surplus)
    for kind, quantity in zip(LOT_KINDS, wanted, strict=True):
        stored = total(explanation.terms, (kind,))
        if stored != quantity:
            raise ExplanationMismatch(
                f"{kind} is {stored}, but the other terms and the lot give {quantity}"
            )
    if explanation.quantity != sized.quantity:
        raise ExplanationMismatch(
            f"the quantity is {explanation.quantity}, but the terms give {sized.quantity}"
        )


def _check_subtotals(explanation: Explanation, subtotals: Mapping[str, Decimal]) -> None:
    for name, stored in subtotals.items():
        computed = getattr(explanation, name)
        if stored != computed:
            raise ExplanationMismatch(f"{name} is {stored}, but the terms give {computed}")
