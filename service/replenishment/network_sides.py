"""The terms that a key's place in the network brings, each with the lane it rests on."""

from decimal import Decimal

from rules.ordering.explanation import Record
from rules.ordering.lot_sizing import LotSizing
from rules.ordering.quantities import unit_step
from rules.ordering.supply_and_demand import (
    NO_NETWORK,
    DownstreamNeed,
    Movement,
    NetworkSide,
    SupplyLine,
)
from rules.ordering.transfer_terms import TransferExplanation, TransferFacts, explain_transfer
from rules.ordering.transfers import Lane, Place
from service.replenishment.inputs import KeyInputs
from service.replenishment.network_inputs import GivenInput, PassedInput, ReceivedInput


def downstream_needs(inputs: KeyInputs) -> tuple[DownstreamNeed, ...]:
    """What locations without supplier need of this one."""
    if inputs.network is None:
        return ()
    return tuple(
        DownstreamNeed(need.location_id, need.need, need.quantity, _lane(need))
        for need in inputs.network.downstream
    )


def reserved_lines(inputs: KeyInputs) -> tuple[SupplyLine, ...]:
    """Transfers from here that the ERP has taken and not shipped."""
    return tuple(
        SupplyLine(
            reference=f"{one.external_ref} to {one.to_location_id}",
            quantity=one.quantity,
            record=Record("proposal", one.external_ref, one.state),
        )
        for one in inputs.reserved
    )


def network_side(inputs: KeyInputs) -> NetworkSide:
    """Planned transfers, and what is passed upstream."""
    network = inputs.network
    if network is None:
        return NO_NETWORK
    passed = network.passed_upstream
    return NetworkSide(
        given=tuple(
            Movement(one.to_location_id, one.quantity, _lane(one)) for one in network.given
        ),
        received=tuple(
            Movement(one.giver.location_id, one.quantity, _lane(one)) for one in network.received
        ),
        passed_upstream=Movement(passed.location_id, passed.need, _lane(passed))
        if passed
        else None,
    )


def transfer_explanations(inputs: KeyInputs) -> tuple[TransferExplanation, ...]:
    """Each planned transfer to here, as terms from both ends."""
    received = inputs.network.received if inputs.network else ()
    return tuple(explain_transfer(_facts(inputs, one)) for one in received)


def spare_quantity(one: ReceivedInput) -> Decimal:
    """The most that the giver can spare for this transfer."""
    return max(_giver(one).excess - one.giver.given_to_others, Decimal(0))


def _facts(inputs: KeyInputs, one: ReceivedInput) -> TransferFacts:
    stock = one.giver.stock_version
    key = f"{inputs.item_id}@{one.giver.location_id}"
    return TransferFacts(
        giver=_giver(one),
        lane=Lane(
            one.giver.location_id,
            inputs.location_id,
            one.lead_time_days,
            LotSizing(one.minimum_quantity, one.order_multiple, unit_step(inputs.unit_decimals)),
            one.priority,
            one.planner_quantity,
        ),
        unit=inputs.unit,
        quantity=one.quantity,
        need=one.need,
        given_to_others=one.giver.given_to_others,
        stock=None if stock is None else Record("stock_position", key, stock),
        lane_record=_lane(one),
    )


def _giver(one: ReceivedInput) -> Place:
    giver = one.giver
    return Place(
        location_id=giver.location_id,
        order_up_to_level=giver.order_up_to_level,
        inventory_position=giver.inventory_position,
        usable_on_hand=giver.usable_on_hand,
        owed=giver.owed,
        reserved=giver.reserved,
    )


def _lane(one: GivenInput | PassedInput | ReceivedInput) -> Record:
    return Record("transfer_lane", one.lane, one.lane_version)
