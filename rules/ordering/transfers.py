"""Transfers before purchase: who gives what to whom, for one item at one moment.

A place may give its excess: the smaller of what lies there unowed and of what its inventory
position holds above its own order-up-to level, less what is reserved already. Needs are served
by lane priority, then lead time, then key. What no excess covers is bought where a supplier
delivers; a place without a supplier passes it up its lanes to one that has.

Where a giver cannot meet all that ask it by lanes of the same rank, each gets its share in
proportion to its need, in whole lots; lots left over go by the order of the lanes. Serving the
earliest need first would be another fair rule, but a place's need here is one figure for its
whole protection interval: there is no earliest part of it to prefer.

Places furthest from a supplier are served first: what they still lack is the need of the place
that supplies them. A place that lacks something gives nothing from then on, so goods never go
in a circle. A place keeps for those that it supplies what they will need of it, and gives only
the rest to others: else what it bought for the one would go to the other, and be bought again.
Whole millionths throughout, so nothing is rounded but to lots.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from rules.ordering.lot_sizing import LotSizing, size_lot
from rules.ordering.quantities import from_millionths, to_millionths
from rules.ordering.supply_ways import supply_levels, supply_ways


@dataclass(frozen=True)
class Place:
    """A location of the item; base units.

    ``order_up_to_level`` is its own, without what other places need of it.
    ``inventory_position`` still holds what is ``reserved`` for transfers that the ERP has taken
    and not shipped. ``owed`` is what customers wait for: it is not free to be given away.
    ``buys`` says that a supplier delivers there.
    """

    location_id: str
    order_up_to_level: Decimal
    inventory_position: Decimal
    usable_on_hand: Decimal
    owed: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    buys: bool = True

    @property
    def requirement(self) -> Decimal:
        """What it lacks up to its own level; negative is what it has above."""
        return self.order_up_to_level - self.inventory_position + self.reserved

    @property
    def excess(self) -> Decimal:
        """What it may give: min(unowed on hand, position - S) - reserved, never below zero."""
        on_hand = self.usable_on_hand - self.owed
        above_level = self.inventory_position - self.order_up_to_level
        return max(min(on_hand, above_level) - self.reserved, Decimal(0))


@dataclass(frozen=True)
class Lane:
    """A way by which one place may supply another; at most one for each pair.

    ``fixed`` is a quantity that a planner has set: it is served before all others, as far as
    the giver's excess goes, whatever the lot.
    """

    from_location_id: str
    to_location_id: str
    lead_time_days: int
    lot: LotSizing
    priority: int = 1
    fixed: Decimal | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """From where, to where."""
        return self.from_location_id, self.to_location_id

    @property
    def rank(self) -> tuple[int, int]:
        """Lanes of one rank are asked together: lower is asked first."""
        return self.priority, self.lead_time_days

    @property
    def order(self) -> tuple[int, int, str, str]:
        """The order in which lanes are asked."""
        return *self.rank, *self.ends


@dataclass(frozen=True)
class Transfer:
    """A planned transfer. ``need`` is what the receiver lacked when the lane was asked."""

    lane: Lane
    quantity: Decimal
    need: Decimal


@dataclass(frozen=True)
class PassedUp:
    """A need that a place without supplier passes on.

    ``need`` is what it lacks; ``quantity`` is that in lots of the lane, which is what the place
    at the lane's other end must have before it can be sent.
    """

    lane: Lane
    need: Decimal
    quantity: Decimal


@dataclass(frozen=True)
class TransferPlan:
    """All transfers of an item, and all needs passed up, in the order they were decided."""

    transfers: tuple[Transfer, ...] = ()
    passed_up: tuple[PassedUp, ...] = ()


def plan_transfers(places: Sequence[Place], lanes: Sequence[Lane]) -> TransferPlan:
    """Plan the transfers between ``places``; lanes from or to other places are left aside.

    What a buying place lacks after its transfers, and after what is passed up to it, it buys.
    Raises ValueError for a place or a pair of places that is given twice.
    """
    by_name = {place.location_id: place for place in places}
    usable = [lane for lane in lanes if by_name.keys() >= {*lane.ends}]
    usable.sort(key=lambda lane: lane.order)
    by_ends = {lane.ends: lane for lane in usable}
    if len(by_name) != len(places) or len(by_ends) != len(usable):
        raise ValueError("a place or a lane is there twice: plan each once")
    ways = supply_ways({place.location_id for place in places if place.buys}, list(by_ends))
    supplying = {place: by_ends[source, place] for place, source in ways.items()}
    trial = _Ledger(by_name, supplying)
    _serve(trial, usable, list(supplying.values()))
    ledger = _Ledger(by_name, supplying, {place: trial.spare(place) for place in by_name})
    _serve(ledger, usable, usable)
    return TransferPlan(tuple(ledger.transfers), tuple(ledger.passed_up))


@dataclass
class _Ledger:
    """What has been given, received and asked for so far; whole millionths.

    ``ways`` has the lane of each place that passes its needs up. ``free`` is what a place does
    not have to keep for those that it supplies.
    """

    places: Mapping[str, Place]
    ways: Mapping[str, Lane]
    free: dict[str, int] = field(default_factory=dict)
    transfers: list[Transfer] = field(default_factory=list)
    passed_up: list[PassedUp] = field(default_factory=list)
    given: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    received: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    asked: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def lacks(self, place: str) -> int:
        """What is still missing there, for itself and for those that it supplies."""
        return max(self._requirement(place) - self.received[place], 0)

    def spare(self, place: str) -> int:
        """What it may still give. A place that lacks something for others gives nothing away."""
        excess = to_millionths(self.places[place].excess) - self.given[place]
        return max(min(excess, -self._requirement(place)), 0)

    def is_way(self, lane: Lane) -> bool:
        """Whether the place at the lane's end is supplied by it."""
        return self.ways.get(lane.to_location_id) == lane

    def give(self, lane: Lane, quantity: int) -> None:
        """Enter a transfer; nothing if the quantity is zero."""
        if quantity <= 0:
            return
        need = from_millionths(self.lacks(lane.to_location_id))
        self.transfers.append(Transfer(lane, from_millionths(quantity), need))
        self.given[lane.from_location_id] += quantity
        self.received[lane.to_location_id] += quantity

    def pass_up(self, place: str) -> None:
        """Ask the place that supplies this one for what is still missing, in the lane's lots."""
        lane = self.ways[place]
        need = from_millionths(self.lacks(place))
        if need > 0:
            quantity = size_lot(need, lane.lot).quantity
            self.passed_up.append(PassedUp(lane, need, quantity))
            self.asked[lane.from_location_id] += to_millionths(quantity)

    def _requirement(self, place: str) -> int:
        own = to_millionths(self.places[place].requirement)
        return own + self.given[place] + self.asked[place]


def _serve(ledger: _Ledger, lanes: Iterable[Lane], asked: Sequence[Lane]) -> None:
    """Serve what planners fixed on ``lanes``, then needs by those ``asked``; pass up the rest."""
    for lane in lanes:
        if lane.fixed is not None:
            ledger.give(lane, min(to_millionths(lane.fixed), ledger.spare(lane.from_location_id)))
    ways = {place: lane.from_location_id for place, lane in ledger.ways.items()}
    for level in supply_levels(ledger.places, ways):
        for asking in _asked_together(asked, level):
            giver = asking[0].from_location_id
            own = [lane for lane in asking if ledger.is_way(lane)]
            others = [lane for lane in asking if not ledger.is_way(lane)]
            _share(ledger, own, ledger.spare(giver))
            given = _share(ledger, others, min(ledger.spare(giver), ledger.free.get(giver, 0)))
            ledger.free[giver] = ledger.free.get(giver, 0) - given
        for place in level:
            if place in ledger.ways:
                ledger.pass_up(place)


def _asked_together(lanes: Iterable[Lane], receivers: Iterable[str]) -> Iterator[list[Lane]]:
    """The lanes to ``receivers`` that share: of one rank and one giver, in order.

    A lane with a fixed quantity has given what it gives.
    """
    wanted = set(receivers)
    asked = (lane for lane in lanes if lane.to_location_id in wanted and lane.fixed is None)
    ordered = sorted(asked, key=lambda lane: lane.order)
    for _, group in groupby(ordered, key=lambda lane: (lane.rank, lane.from_location_id)):
        yield list(group)


def _share(ledger: _Ledger, lanes: Sequence[Lane], available: int) -> int:
    """Share what a giver has ``available`` among ``lanes``, which all start there; all given."""
    needs = [(lane, ledger.lacks(lane.to_location_id)) for lane in lanes]
    asking = [(lane, need, _wanted(lane, need)) for lane, need in needs if need > 0]
    if available <= 0 or not asking:
        return 0
    if sum(wanted for _, _, wanted in asking) <= available:
        shares = [wanted for _, _, wanted in asking]
    else:
        shares = _fair_shares(asking, available)
    for (lane, _, _), share in zip(asking, shares, strict=True):
        ledger.give(lane, share)
    return sum(shares)


def _fair_shares(asking: Sequence[tuple[Lane, int, int]], available: int) -> list[int]:
    """In proportion to need, in whole lots; what is left over goes by the order of the lanes."""
    total = sum(need for _, need, _ in asking)
    shares = [
        _lots_within(lane, min(available * need // total, wanted)) for lane, need, wanted in asking
    ]
    left = available - sum(shares)
    for position, (lane, _, wanted) in enumerate(asking):
        raised = _lots_within(lane, min(shares[position] + left, wanted))
        left -= raised - shares[position]
        shares[position] = raised
    return shares


def _wanted(lane: Lane, need: int) -> int:
    """The need in lots of the lane."""
    return to_millionths(size_lot(from_millionths(need), lane.lot).quantity)


def _lots_within(lane: Lane, limit: int) -> int:
    """The most in whole lots up to ``limit``; 0 if that is below the lane's minimum."""
    lot = lane.lot
    multiple = _up_to(to_millionths(lot.order_multiple), to_millionths(lot.unit_step))
    whole = limit // multiple * multiple
    return whole if whole >= to_millionths(lot.minimum_order_quantity) else 0


def _up_to(millionths: int, step: int) -> int:
    return -(-millionths // step) * step
