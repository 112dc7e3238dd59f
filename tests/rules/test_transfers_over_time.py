"""Period after period: what is passed up is bought once, sent once, and nothing swings.

An ERP takes every proposal at once; goods arrive after their lead time; customers buy. All that
is bought must be all that was needed, in every network of shops behind hubs.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.ordering.lot_sizing import LotSizing
from rules.ordering.transfers import Lane, Place, plan_transfers
from tests.rules.transfer_networks import bought

PIECES = LotSizing(Decimal(0), Decimal(1), Decimal(1))
SUPPLIER_DAYS = 3


@dataclass
class World:
    """Stock, goods under way, and the level that each place is kept at."""

    levels: dict[str, Decimal]
    lanes: list[Lane]
    on_hand: dict[str, Decimal]
    arriving: defaultdict[tuple[int, str], Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )
    bought: Decimal = Decimal(0)
    day: int = 0

    def places(self) -> list[Place]:
        inbound: defaultdict[str, Decimal] = defaultdict(Decimal)
        for (_, place), quantity in self.arriving.items():
            inbound[place] += quantity
        return [
            Place(
                name,
                level,
                self.on_hand[name] + inbound[name],
                self.on_hand[name],
                buys=name in HUBS,
            )
            for name, level in self.levels.items()
        ]

    def pass_day(self, sold: dict[str, Decimal]) -> Decimal:
        """Goods arrive, customers buy, the plan runs; returns what it buys."""
        for name in self.levels:
            self.on_hand[name] += self.arriving.pop((self.day, name), Decimal(0))
            self.on_hand[name] -= min(sold.get(name, Decimal(0)), self.on_hand[name])
        today = self.plan()
        self.day += 1
        return today

    def plan(self) -> Decimal:
        places = self.places()
        plan = plan_transfers(places, self.lanes)
        for one in plan.transfers:
            self.on_hand[one.lane.from_location_id] -= one.quantity
            due = self.day + 1 + one.lane.lead_time_days
            self.arriving[due, one.lane.to_location_id] += one.quantity
        lacking = bought(places, plan)
        for hub in HUBS & lacking.keys():
            self.arriving[self.day + SUPPLIER_DAYS, hub] += lacking[hub]
        today = sum((lacking[hub] for hub in HUBS & lacking.keys()), Decimal(0))
        self.bought += today
        return today

    def everything(self) -> Decimal:
        """All goods in the world, on hand and under way."""
        return sum(self.on_hand.values(), Decimal(0)) + sum(self.arriving.values(), Decimal(0))


HUBS = {"H1", "H2"}
_SHOPS = ("S1", "S2", "S3", "S4")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two hubs, and shops that each hang on a hub or on a shop before them."""
    amounts = st.integers(0, 90).map(Decimal)
    names = ["H1", "H2", *_SHOPS]
    lanes = []
    for position, shop in enumerate(_SHOPS):
        sources = draw(
            st.lists(st.sampled_from(names[: 2 + position]), min_size=1, max_size=2, unique=True)
        )
        lanes += [Lane(one, shop, draw(st.integers(0, 2)), PIECES) for one in sources]
    if draw(st.booleans()):
        lanes.append(Lane("H1", "H2", 1, PIECES))
    return World(
        {name: draw(amounts) for name in names}, lanes, {name: draw(amounts) for name in names}
    )


@given(worlds())
@settings(deadline=None)
def test_planning_the_same_moment_again_buys_and_sends_nothing_more(world: World) -> None:
    world.plan()
    assert world.plan() == 0


@given(worlds(), st.lists(st.dictionaries(st.sampled_from(_SHOPS), st.integers(0, 30)), max_size=8))
@settings(deadline=None)
def test_all_that_is_bought_is_all_that_is_needed(world: World, days: list[dict[str, int]]) -> None:
    start, levels = world.everything(), sum(world.levels.values(), Decimal(0))
    for sold in days:
        world.pass_day({name: Decimal(quantity) for name, quantity in sold.items()})
    for _ in range(12):
        world.pass_day({})
    held, sold_in_all = world.everything(), start + world.bought - world.everything()
    assert sold_in_all >= 0
    assert all(world.on_hand[name] >= level for name, level in world.levels.items())
    # Goods that no lane leads away from stay where they were too many; nothing is bought on top.
    assert held <= max(start, levels) + _stranded(world)
    assert world.pass_day({}) == 0


def _stranded(world: World) -> Decimal:
    """What lies above its level where it is of no use to others."""
    above = (world.on_hand[name] - level for name, level in world.levels.items())
    return sum((one for one in above if one > 0), Decimal(0))


@given(worlds())
@settings(deadline=None)
def test_shops_are_filled_and_nothing_swings_once_they_are(world: World) -> None:
    purchases = [world.pass_day({}) for _ in range(14)]
    assert purchases[10:] == [0, 0, 0, 0]
    settled = dict(world.on_hand)
    world.pass_day({})
    assert world.on_hand == settled
