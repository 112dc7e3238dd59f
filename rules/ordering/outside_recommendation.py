"""The quantity that another planning system recommends, less what it could not know of.

Its recommendation takes the place of our order-up-to level and inventory position: it has seen
stock, orders and demand itself, as of a moment. What the ERP has taken from us since that moment
it had not seen, and so comes off. For the rest it is an order like any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.ordering import labels
from rules.ordering.explain import Subject
from rules.ordering.explanation import Explanation
from rules.ordering.lot_sizing import LotSizing, SizedLot, size_lot
from rules.ordering.quantities import quantised
from rules.ordering.supply_and_demand import SupplyLine
from rules.ordering.terms import Record, Term

SURPLUS = "More was taken since than is recommended: nothing to order"


@dataclass(frozen=True)
class OutsideQuantity:
    """What ``system`` recommends to order in total, base units, and wanted by when."""

    system: str
    quantity: Decimal
    required_date: date
    record: Record
    reference: str = ""


def explain_recommendation(
    recommended: OutsideQuantity, taken: Sequence[SupplyLine], lot: LotSizing, subject: Subject
) -> Explanation:
    """The order quantity after another system's recommendation, never below zero.

    ``taken`` is what the ERP has taken since the recommendation was made.
    """
    wanted = Term(
        "outside_recommendation",
        _recommended(recommended),
        quantised(recommended.quantity),
        (recommended.record,),
    )
    since = tuple(
        Term("committed_since", _taken(line), quantised(-line.quantity), (line.record,))
        for line in taken
    )
    sized = size_lot(wanted.quantity + sum((term.quantity for term in since), Decimal(0)), lot)
    return Explanation(
        unit=subject.unit,
        terms=(wanted, *since, *_lot(sized, lot, subject.supplier_terms)),
        quantity=sized.quantity,
        lot=lot,
        context=subject.context,
    )


def keeps_lot(quantity: Decimal, supplier: LotSizing) -> bool:
    """Whether a supplier with this lot accepts ``quantity`` as it stands; zero is no order."""
    return quantity == 0 or size_lot(quantity, supplier).quantity == quantity


def _lot(sized: SizedLot, lot: LotSizing, supplier_terms: Record | None) -> Iterator[Term]:
    records = () if supplier_terms is None else (supplier_terms,)
    terms = (
        Term("rounding", labels.rounding(lot), sized.rounding),
        Term(
            "minimum_order_quantity",
            labels.minimum_order_quantity(lot),
            sized.minimum_uplift,
            records,
        ),
        Term("order_multiple", labels.order_multiple(lot), sized.multiple_uplift, records),
        Term("surplus", SURPLUS, sized.surplus),
    )
    return (term for term in terms if term.quantity)


def _recommended(recommended: OutsideQuantity) -> str:
    """For example "Recommended by foresight as PLO-12, wanted by 2026-03-02"."""
    name = f" as {recommended.reference}" if recommended.reference else ""
    return f"Recommended by {recommended.system}{name}, wanted by {recommended.required_date}"


def _taken(line: SupplyLine) -> str:
    return f"Proposal {line.reference}, taken by the ERP since"
