"""Random networks of places and lanes, and what a plan leaves to be bought."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from hypothesis import strategies as st

from rules.ordering.lot_sizing import LotSizing
from rules.ordering.transfers import Lane, Place, TransferPlan

NAMES = tuple("ABCDEFG")
_amounts = st.integers(0, 200).map(Decimal)


def bought(places: Sequence[Place], plan: TransferPlan) -> dict[str, Decimal]:
    """What each place still lacks after its transfers, less what it passes up."""
    lacking = {place.location_id: place.requirement for place in places}
    for one in plan.transfers:
        lacking[one.lane.from_location_id] += one.quantity
        lacking[one.lane.to_location_id] -= one.quantity
    for passed in plan.passed_up:
        lacking[passed.lane.from_location_id] += passed.quantity
        lacking[passed.lane.to_location_id] -= passed.need
    return {name: max(quantity, Decimal(0)) for name, quantity in lacking.items()}


def given_by(plan: TransferPlan) -> Counter[str]:
    """What each place gives, all transfers together."""
    given: Counter[str] = Counter()
    for one in plan.transfers:
        given[one.lane.from_location_id] += one.quantity  # type: ignore[assignment]  # a Counter of Decimals
    return given


@st.composite
def places(draw: st.DrawFn) -> list[Place]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    return [
        Place(
            location_id=name,
            order_up_to_level=draw(_amounts),
            inventory_position=draw(_amounts) - draw(_amounts),
            usable_on_hand=draw(_amounts) - draw(st.integers(0, 5)),
            owed=draw(st.integers(0, 20).map(Decimal)),
            reserved=draw(st.integers(0, 20).map(Decimal)),
            buys=draw(st.booleans()),
        )
        for name in names
    ]


@st.composite
def lanes(draw: st.DrawFn, *, lots: bool = True, fixed: bool = True) -> list[Lane]:
    pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(
        lambda pair: pair[0] != pair[1]
    )
    return [
        Lane(
            from_location_id=source,
            to_location_id=to,
            lead_time_days=draw(st.integers(0, 3)),
            lot=LotSizing(
                Decimal(draw(st.integers(0, 30)) if lots else 0),
                Decimal(draw(st.integers(1, 24)) if lots else 1),
                Decimal(1),
            ),
            priority=draw(st.integers(1, 2)),
            fixed=draw(st.none() | _amounts) if fixed else None,
        )
        for source, to in draw(st.lists(pairs, unique=True, max_size=14))
    ]
