"""A recommendation as the proposals hear of it: the order to a supplier, and the transfers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from adapters.canonical.proposal import ProposalKind
from rules.ordering.lot_sizing import LotSizing
from rules.ordering.quantities import readable, unit_step
from rules.policy import Decision, Policy, decide
from service.database.base import new_id
from service.proposals.amend import WantedOrder
from service.replenishment.network_inputs import ReceivedInput
from service.replenishment.network_sides import spare_quantity
from service.replenishment.recommend import Recommended


@dataclass(frozen=True)
class DecidedTransfer:
    """A planned transfer and what the policy says about it."""

    transfer: ReceivedInput
    decision: Decision
    decision_id: UUID


@dataclass(frozen=True)
class Entry:
    """A result with the ids of its new rows."""

    result: Recommended
    decision: Decision
    recommendation_id: UUID
    decision_id: UUID
    transfers: tuple[DecidedTransfer, ...]


def entries_of(decided: Sequence[tuple[Recommended, Decision]], policy: Policy) -> list[Entry]:
    """``decided`` with new ids, and with a decision about each planned transfer."""
    return [
        Entry(
            result,
            decision,
            new_id(),
            new_id(),
            tuple(
                DecidedTransfer(one, decide(policy, result.facts_of_transfer(one)), new_id())
                for one in result.received
            ),
        )
        for result, decision in decided
    ]


def order_later(entry: Entry) -> date | None:
    """The day to come on which another system recommends to order; None for today."""
    inputs = entry.result.inputs
    day = inputs.recommended.order_date if inputs.recommended else None
    return day if day is not None and day > inputs.setting.business_date else None


def wanted_order(entry: Entry, policy: Policy, begins: Mapping[date, datetime]) -> WantedOrder:
    """What is wanted for the entry's key, its transfers with it.

    ``begins`` says when the days begin on which something is to be ordered later.
    """
    later = order_later(entry)
    inputs = entry.result.inputs
    today = inputs.setting.business_date
    return WantedOrder(
        item_id=inputs.item_id,
        location_id=inputs.location_id,
        quantity=entry.result.quantity,
        supplier_id=inputs.supplier_id,
        unit=inputs.unit,
        unit_price=inputs.terms.unit_price if inputs.priced else None,
        currency=inputs.terms.currency if inputs.priced else None,
        order_date=today,
        required_date=entry.result.required_date,
        rationale=entry.result.rationale,
        recommendation_id=entry.recommendation_id,
        decision_id=entry.decision_id,
        outcome=entry.decision.outcome,
        surplus=entry.result.surplus,
        lot=entry.result.explanation.lot,
        change_request_min_share=policy.ordering.change_request_min_share,
        lacking=entry.result.lacking,
        transfers=tuple(_wanted_transfer(entry, one, policy) for one in entry.transfers),
        order_on=later,
        not_before=begins[later] if later else None,
    )


def _wanted_transfer(entry: Entry, one: DecidedTransfer, policy: Policy) -> WantedOrder:
    inputs, transfer = entry.result.inputs, one.transfer
    today, giver = inputs.setting.business_date, transfer.giver
    spare = spare_quantity(transfer, inputs.unit_decimals)
    return WantedOrder(
        item_id=inputs.item_id,
        location_id=inputs.location_id,
        quantity=transfer.recommended,
        supplier_id=None,
        unit=inputs.unit,
        unit_price=transfer.unit_price,
        currency=transfer.currency,
        order_date=today,
        required_date=today + timedelta(days=transfer.lead_time_days),
        rationale=(
            f"{inputs.location_id} lacks {readable(transfer.need)}; "
            f"{giver.location_id} can spare {readable(spare)}."
        ),
        recommendation_id=entry.recommendation_id,
        decision_id=one.decision_id,
        outcome=one.decision.outcome,
        surplus=entry.result.surplus,
        lot=LotSizing(
            transfer.minimum_quantity, transfer.order_multiple, unit_step(inputs.unit_decimals)
        ),
        change_request_min_share=policy.ordering.change_request_min_share,
        kind=ProposalKind.TRANSFER,
        from_location_id=giver.location_id,
        spare=spare,
    )
