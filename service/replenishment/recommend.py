"""From inputs to a recommendation: demand, position, quantity, terms and facts.

No I/O and no clock: the same inputs give the same result, today and in a replay.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from rules.ordering.explain import Subject, explain
from rules.ordering.explanation import Explanation, Record
from rules.ordering.lot_sizing import LotSizing
from rules.ordering.quantities import readable, unit_step
from rules.ordering.terms import total
from rules.ordering.transfer_terms import TransferExplanation
from rules.policy import Fact
from service.replenishment.facts import facts_of, transfer_facts
from service.replenishment.inputs import KeyInputs
from service.replenishment.network_inputs import NetworkInput, ReceivedInput
from service.replenishment.network_sides import network_side, transfer_explanations
from service.replenishment.open_demand import interval_end
from service.replenishment.sides import demand_side, supply_side
from service.replenishment.simulation import SimulatedDemand, simulate
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class Recommended:
    """A recommendation with everything that explains it."""

    inputs: KeyInputs
    explanation: Explanation
    simulated: SimulatedDemand

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

        What transfers bring beyond the need is the lane's lot, and no reason to take an order back.
        """
        brought = total(self.explanation.terms, ("transfer_in", "passed_upstream"))
        return max(brought - self.explanation.net_requirement, Decimal(0))

    @property
    def lacking(self) -> Decimal:
        """What was missing before transfers; 0 where nothing was."""
        brought = total(self.explanation.terms, ("transfer_in", "passed_upstream"))
        return max(self.explanation.net_requirement - brought, Decimal(0))

    @cached_property
    def transfers(self) -> tuple[TransferExplanation, ...]:
        """Each planned transfer to here, explained from both ends."""
        return transfer_explanations(self.inputs)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The explanation as it is stored, with that of each transfer."""
        document = self.explanation.to_json()
        if self.transfers:
            document["transfers"] = [one.to_json() for one in self.transfers]
        return document

    @cached_property
    def inputs_digest(self) -> str:
        """Digest of the inputs: equal digests, equal recommendation."""
        return inputs_digest(self.inputs)

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """What the policy is asked about."""
        return facts_of(self.inputs, self.explanation)

    @property
    def received(self) -> tuple[ReceivedInput, ...]:
        """The planned transfers to here."""
        return self.inputs.network.received if self.inputs.network else ()

    def facts_of_transfer(self, one: ReceivedInput) -> Mapping[str, Fact]:
        """What the policy is asked about a planned transfer."""
        return transfer_facts(self.inputs, self.explanation, one)

    @property
    def rationale(self) -> str:
        """One sentence for the ERP's document."""
        level = readable(self.order_up_to_level)
        position = readable(self.explanation.inventory_position)
        return (
            f"Order-up-to level {level} until {interval_end(self.inputs)}, "
            f"inventory position {position}, net {readable(self.explanation.net_requirement)}."
            + "".join(
                f" Transfer of {readable(one.quantity)} from {one.from_location_id}."
                for one in self.transfers
            )
        )


def inputs_digest(inputs: KeyInputs) -> str:
    """SHA-256 of the inputs as JSON."""
    return hashlib.sha256(inputs.model_dump_json().encode()).hexdigest()


def recommend(batch: Sequence[KeyInputs]) -> list[Recommended]:
    """Recommend for each of ``batch``, which share one business date and scenario count."""
    if not batch:
        return []
    simulated = simulate(batch)
    return [_explained(inputs, simulated[inputs.key]) for inputs in batch]


def in_network(result: Recommended, network: NetworkInput) -> Recommended:
    """The same key with its part of the transfer plan laid over it."""
    return _explained(result.inputs.model_copy(update={"network": network}), result.simulated)


def _explained(inputs: KeyInputs, simulated: SimulatedDemand) -> Recommended:
    explanation = explain(
        demand_side(inputs, simulated),
        supply_side(inputs),
        _lot(inputs),
        _subject(inputs),
        network_side(inputs),
    )
    return Recommended(inputs, explanation, simulated)


def _lot(inputs: KeyInputs) -> LotSizing:
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
            "supplier_id": terms.supplier_id or "",
            "interval_start": inputs.setting.business_date.isoformat(),
            "interval_end": interval_end(inputs).isoformat(),
            "lead_time_days": str(terms.lead_time_days),
            "review_period_days": str(terms.review_period_days),
            "cycle_service_level": str(inputs.setting.cycle_service_level),
        },
        supplier_terms=None
        if terms.supplier_id is None
        else Record(
            "supplier_terms",
            f"{inputs.item_id}@{inputs.location_id}/{terms.supplier_id}",
            terms.version,
        ),
    )
