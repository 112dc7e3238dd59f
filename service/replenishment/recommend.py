"""From inputs to a recommendation: demand, position, quantity, terms and facts.

No I/O and no clock: the same inputs give the same result, today and in a replay.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from service.replenishment.sides import demand_side, supply_side
from service.replenishment.simulation import simulate
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
        """How far the inventory position stands above S; 0 where something is missing."""
        return max(-self.explanation.net_requirement, Decimal(0))

    @cached_property
    def inputs_digest(self) -> str:
        """Digest of the inputs: equal digests, equal recommendation."""
        return inputs_digest(self.inputs)

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """What the policy is asked about."""
        return facts_of(self.inputs, self.explanation)

    @property
    def rationale(self) -> str:
        """One sentence for the ERP's document."""
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
    simulated = simulate(batch)
    return [
        Recommended(
            inputs,
            explain(
                demand_side(inputs, simulated[inputs.key]),
                supply_side(inputs),
                lot_of(inputs),
                _subject(inputs),
            ),
        )
        for inputs in batch
    ]


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
