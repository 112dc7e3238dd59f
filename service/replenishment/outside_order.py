"""An order after another system's recommendation: its terms, its lot, its words."""

from decimal import Decimal

from rules.ordering.explain import Subject
from rules.ordering.explanation import Explanation, Record
from rules.ordering.lot_sizing import LotSizing
from rules.ordering.outside_recommendation import (
    OutsideQuantity,
    explain_recommendation,
    keeps_lot,
)
from rules.ordering.quantities import readable
from rules.ordering.supply_and_demand import SupplyLine
from service.replenishment.inputs import KeyInputs, RecommendedInput


def explain_outside(
    inputs: KeyInputs, recommended: RecommendedInput, supplier: LotSizing, subject: Subject
) -> Explanation:
    """Why so much; ``supplier`` is the lot, kept only where the policy says so."""
    quantity = OutsideQuantity(
        recommended.system,
        recommended.quantity,
        recommended.required_date,
        Record(
            "outside_recommendation",
            f"{recommended.system}/{inputs.item_id}@{inputs.location_id}",
            str(recommended.version),
        ),
        recommended.reference or "",
    )
    taken = [
        SupplyLine(one.external_ref, one.quantity, Record("proposal", one.external_ref, one.state))
        for one in recommended.taken_since
    ]
    whole_units = LotSizing(Decimal(0), supplier.unit_step, supplier.unit_step)
    lot = supplier if recommended.to_lot and recommended.priced else whole_units
    return explain_recommendation(quantity, taken, lot, subject)


def lot_is_kept(inputs: KeyInputs, explanation: Explanation, supplier: LotSizing) -> bool | None:
    """Whether the supplier accepts the quantity; None where its lot is not known."""
    if inputs.recommended is None:
        return True
    return keeps_lot(explanation.quantity, supplier) if inputs.recommended.priced else None


def rationale(recommended: RecommendedInput, explanation: Explanation) -> str:
    """One sentence for the ERP's document."""
    name = f" as {recommended.reference}" if recommended.reference else ""
    since = readable(explanation.inventory_position)
    return (
        f"{recommended.system} recommends {readable(recommended.quantity)}{name} as of "
        f"{recommended.as_of.date()}; {since} taken since."
    )
