"""From inputs to a recommendation: demand, position, quantity, terms and facts.

No I/O and no clock: the same inputs give the same result, today and in a replay.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from rules.ordering.explain import Subject, explain
from rules.ordering.explanation import Explanation, Record
from rules.ordering.lot_sizing import LotSizing
from rules.ordering.quantities import readable, unit_step
from rules.policy import Fact
from service.replenishment.facts import facts_of
from service.replenishment.inputs import KeyInputs
from service.replenishment.open_demand import interval_end
from service.replenishment.outside_order import explain_outside, rationale
from service.replenishment.sides import demand_side, supply_side
from service.replenishment.simulation import SimulatedDemand, simulate
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class Recommended:
    """A recommendation with everything that explains it."""

    inputs: KeyInputs
    explanation: Explanation

    @property
    def key(self) -> Key:
        """(item_id, location_id)."""
        return self.inputs.key

    @property
    def quantity(self) -> Decimal:
        """What to order, base units; 0 is nothing."""
        return self.explanation.quantity

    @property
    def order_up_to_level(self) -> Decimal:
        """S, base units."""
        return self.explanation.order_up_to_level

    @property
    def surplus(self) -> Decimal:
        """How far the inventory position stands above S; 0 where something is missing.

        Nothing is taken back from the ERP because another system recommends less.
        """
        if self.inputs.recommended is not None:
            return Decimal(0)
        return max(-self.explanation.net_requirement, Decimal(0))

    @cached_property
    def inputs_digest(self) -> str:
        """Digest of the inputs: equal digests, equal recommendation."""
        return inputs_digest(self.inputs)

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """What the policy is asked about."""
        return facts_of(self.inputs, self.explanation, lot_of(self.inputs))

    @property
    def required_date(self) -> date:
        """By when it is wanted: after the lead time, unless another system says otherwise."""
        today = self.inputs.setting.business_date
        if self.inputs.recommended is not None:
            return max(self.inputs.recommended.required_date, today)
        return today + timedelta(days=self.inputs.terms.lead_time_days)

    @property
    def rationale(self) -> str:
        """One sentence for the ERP's document."""
        if self.inputs.recommended is not None:
            return rationale(self.inputs.recommended, self.explanation)
        level = readable(self.order_up_to_level)
        position = readable(self.explanation.inventory_position)
        return (
            f"Order-up-to level {level} until {interval_end(self.inputs)}, "
            f"inventory position {position}, net {readable(self.explanation.net_requirement)}."
        )


def inputs_digest(inputs: KeyInputs) -> str:
    """SHA-256 of the inputs as JSON."""
    return hashlib.sha256(inputs.model_dump_json().encode()).hexdigest()


def recommend(batch: Sequence[KeyInputs]) -> list[Recommended]:
    """Recommend for each of ``batch``, which share one business date and scenario count."""
    if not batch:
        return []
    ours = [inputs for inputs in batch if inputs.recommended is None]
    simulated = simulate(ours) if ours else {}
    return [Recommended(inputs, _explained(inputs, simulated.get(inputs.key))) for inputs in batch]


def _explained(inputs: KeyInputs, simulated: SimulatedDemand | None) -> Explanation:
    lot, subject = lot_of(inputs), _subject(inputs)
    if inputs.recommended is not None:
        return explain_outside(inputs, inputs.recommended, lot, subject)
    if simulated is None:
        raise LookupError(f"the demand of {inputs.key} was not simulated")
    return explain(demand_side(inputs, simulated), supply_side(inputs), lot, subject)


def lot_of(inputs: KeyInputs) -> LotSizing:
    """The supplier's lot and the item's smallest quantity."""
    return LotSizing(
        minimum_order_quantity=inputs.terms.minimum_order_quantity,
        order_multiple=inputs.terms.order_multiple,
        unit_step=unit_step(inputs.unit_decimals),
    )


def _subject(inputs: KeyInputs) -> Subject:
    terms = inputs.terms
    return Subject(
        unit=inputs.unit,
        context={
            "item_id": inputs.item_id,
            "location_id": inputs.location_id,
            "supplier_id": terms.supplier_id,
            "interval_start": inputs.setting.business_date.isoformat(),
            "interval_end": interval_end(inputs).isoformat(),
            "lead_time_days": str(terms.lead_time_days),
            "review_period_days": str(terms.review_period_days),
            "cycle_service_level": str(inputs.setting.cycle_service_level),
        },
        supplier_terms=Record(
            "supplier_terms",
            f"{inputs.item_id}@{inputs.location_id}/{terms.supplier_id}",
            terms.version,
        ),
    )
