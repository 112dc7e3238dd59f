"""The second step for lane-connected locations: one transfer plan for all keys of an item.

What each key lacks or has too much of is known from its own inputs; here the plan is laid over
them, and each key's part of it becomes an input of its recommendation. No I/O and no clock.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rules.ordering.lot_sizing import LotSizing
from rules.ordering.quantities import unit_step
from rules.ordering.transfers import Lane, PassedUp, Place, Transfer, TransferPlan, plan_transfers
from service.forecasts.transfer_lanes import LaneInUse, Lanes
from service.replenishment.network_inputs import (
    GivenInput,
    GiverInput,
    NetworkInput,
    PassedInput,
    ReceivedInput,
)
from service.replenishment.open_demand import open_demand
from service.replenishment.recommend import Recommended, in_network

Way = tuple[str, str, str]
"""Item, giver, receiver."""


@dataclass(frozen=True)
class PlannerEdit:
    """A planner's quantity on an open transfer, and the recommendation it was set against."""

    quantity: Decimal
    against: Decimal


@dataclass(frozen=True)
class NetworkFacts:
    """Lanes, what planners set on open transfers, and ways that somebody has said no to."""

    lanes: Lanes = field(default_factory=lambda: Lanes(()))
    edits: Mapping[Way, PlannerEdit] = field(default_factory=dict)
    closed: frozenset[Way] = frozenset()


def with_transfers(results: Sequence[Recommended], facts: NetworkFacts) -> list[Recommended]:
    """``results`` of whole groups, each with its part of its item's transfer plan."""
    by_item: defaultdict[str, list[Recommended]] = defaultdict(list)
    for result in results:
        by_item[result.inputs.item_id].append(result)
    planned = []
    for members in by_item.values():
        parts = _Item(members, facts).parts()
        planned += [in_network(one, parts[one.inputs.location_id]) for one in members]
    return planned


class _Item:
    """One item's locations, lanes and plan."""

    def __init__(self, members: Sequence[Recommended], facts: NetworkFacts) -> None:
        inputs = members[0].inputs
        self.item_id, self.step = inputs.item_id, unit_step(inputs.unit_decimals)
        self.facts = facts
        self.members = {one.inputs.location_id: one for one in members}
        self.places = {name: _place(one) for name, one in self.members.items()}
        self.lanes = {lane.ends: lane for lane in facts.lanes.of_item(self.item_id)}

    def parts(self) -> dict[str, NetworkInput]:
        """Each location's part of the plan."""
        open_lanes = [self._lane(lane) for lane in self.lanes.values() if self._is_open(lane)]
        plan = plan_transfers(list(self.places.values()), open_lanes)
        given = _given(plan)
        return {
            name: NetworkInput(
                received=tuple(
                    self._received(one, given) for one in plan.transfers if _to(one) == name
                ),
                given=tuple(self._given_to(one) for one in plan.transfers if _from(one) == name),
                downstream=tuple(
                    self._passed(one, _to(one)) for one in plan.passed_up if _from(one) == name
                ),
                passed_upstream=next(
                    (self._passed(one, _from(one)) for one in plan.passed_up if _to(one) == name),
                    None,
                ),
            )
            for name in self.places
        }

    def _is_open(self, lane: LaneInUse) -> bool:
        way = (self.item_id, *lane.ends)
        return way in self.facts.edits or way not in self.facts.closed

    def _lane(self, lane: LaneInUse) -> Lane:
        edit = self.facts.edits.get((self.item_id, *lane.ends))
        return Lane(
            from_location_id=lane.from_location_id,
            to_location_id=lane.to_location_id,
            lead_time_days=lane.lead_time_days,
            lot=LotSizing(lane.minimum_quantity, lane.order_multiple, self.step),
            priority=lane.priority,
            fixed=edit.quantity if edit else None,
        )

    def _received(self, one: Transfer, given: Mapping[str, Decimal]) -> ReceivedInput:
        lane, edit = self.lanes[one.lane.ends], self.facts.edits.get((self.item_id, *one.lane.ends))
        price, currency = self._price(one)
        return ReceivedInput(
            lane=lane.name,
            lane_version=lane.version,
            lead_time_days=lane.lead_time_days,
            priority=lane.priority,
            minimum_quantity=lane.minimum_quantity,
            order_multiple=lane.order_multiple,
            quantity=one.quantity,
            need=one.need,
            planner_quantity=edit.quantity if edit else None,
            edited_against=edit.against if edit else None,
            unit_price=price,
            currency=currency,
            giver=self._giver(_from(one), given[_from(one)] - one.quantity),
        )

    def _giver(self, name: str, given_to_others: Decimal) -> GiverInput:
        place, stock = self.places[name], self.members[name].inputs.stock
        return GiverInput(
            location_id=name,
            order_up_to_level=place.order_up_to_level,
            inventory_position=place.inventory_position,
            usable_on_hand=place.usable_on_hand,
            owed=place.owed,
            reserved=place.reserved,
            given_to_others=given_to_others,
            stock_as_of=stock.as_of if stock else None,
            stock_version=stock.version if stock else None,
        )

    def _price(self, one: Transfer) -> tuple[Decimal | None, str | None]:
        """The receiver's price, else the giver's, else that of the first location that buys."""
        for name in (_to(one), _from(one), *sorted(self.members)):
            terms = self.members[name].inputs.terms
            if terms.unit_price is not None:
                return terms.unit_price, terms.currency
        return None, None

    def _given_to(self, one: Transfer) -> GivenInput:
        lane = self.lanes[one.lane.ends]
        return GivenInput(
            to_location_id=_to(one),
            lane=lane.name,
            lane_version=lane.version,
            quantity=one.quantity,
        )

    def _passed(self, one: PassedUp, other_end: str) -> PassedInput:
        lane = self.lanes[one.lane.ends]
        return PassedInput(
            location_id=other_end,
            lane=lane.name,
            lane_version=lane.version,
            need=one.need,
            quantity=one.quantity,
        )


def _place(one: Recommended) -> Place:
    """A key as the transfer plan sees it, from its own inputs alone."""
    inputs, explanation = one.inputs, one.explanation
    demand, today = open_demand(inputs), inputs.setting.business_date
    overdue = (order.quantity for order in demand.linked if order.due < today)
    reserved = sum((line.quantity for line in inputs.reserved), Decimal(0))
    return Place(
        location_id=inputs.location_id,
        order_up_to_level=explanation.order_up_to_level,
        inventory_position=explanation.inventory_position + reserved,
        usable_on_hand=inputs.stock.usable if inputs.stock else Decimal(0),
        owed=demand.backorders + sum(overdue, Decimal(0)),
        reserved=reserved,
        buys=inputs.terms.supplier_id is not None,
    )


def _given(plan: TransferPlan) -> dict[str, Decimal]:
    given: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in plan.transfers:
        given[_from(one)] += one.quantity
    return given


def _from(one: Transfer | PassedUp) -> str:
    return one.lane.from_location_id


def _to(one: Transfer | PassedUp) -> str:
    return one.lane.to_location_id
