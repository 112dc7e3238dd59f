"""What holds in every network, however the lanes run."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from rules.ordering.lot_sizing import LotSizing
from rules.ordering.quantities import to_millionths
from rules.ordering.terms import Record
from rules.ordering.transfer_terms import TransferFacts, explain_transfer
from rules.ordering.transfers import Lane, Place, plan_transfers
from tests.rules import transfer_networks
from tests.rules.transfer_networks import bought, given_by

a_network = given(transfer_networks.places(), transfer_networks.lanes())
by_rule_alone = given(transfer_networks.places(), transfer_networks.lanes(fixed=False))


@a_network
def test_the_same_excess_is_never_promised_twice(places: list[Place], lanes: list[Lane]) -> None:
    given = given_by(plan_transfers(places, lanes))
    assert all(given[place.location_id] <= place.excess for place in places)


@a_network
def test_no_giver_gets_below_its_own_level(places: list[Place], lanes: list[Lane]) -> None:
    given = given_by(plan_transfers(places, lanes))
    for place in places:
        if given[place.location_id]:
            assert place.requirement + given[place.location_id] <= 0
            left = place.usable_on_hand - place.owed - place.reserved - given[place.location_id]
            assert left >= 0


@by_rule_alone
def test_goods_never_go_in_a_circle(places: list[Place], lanes: list[Lane]) -> None:
    ways: dict[str, set[str]] = {}
    for one in plan_transfers(places, lanes).transfers:
        ways.setdefault(one.lane.from_location_id, set()).add(one.lane.to_location_id)
    for start in ways:
        seen, here = set[str](), {start}
        while here:
            here = set().union(*(ways.get(place, set()) for place in here)) - seen
            seen |= here
        assert start not in seen


@by_rule_alone
def test_transfers_keep_to_the_lanes_lot_and_to_the_need(
    places: list[Place], lanes: list[Lane]
) -> None:
    for one in plan_transfers(places, lanes).transfers:
        lot = one.lane.lot
        assert one.quantity % lot.order_multiple == 0
        assert one.quantity >= lot.minimum_order_quantity
        assert one.quantity - one.need < max(lot.order_multiple, lot.minimum_order_quantity) + (
            lot.order_multiple
        )


@a_network
def test_only_places_that_do_not_buy_pass_a_need_up_and_each_once(
    places: list[Place], lanes: list[Lane]
) -> None:
    passing = [one.lane.to_location_id for one in plan_transfers(places, lanes).passed_up]
    assert len(set(passing)) == len(passing)
    assert not {place.location_id for place in places if place.buys} & set(passing)


@a_network
def test_the_order_in_which_places_and_lanes_are_told_does_not_matter(
    places: list[Place], lanes: list[Lane]
) -> None:
    assert plan_transfers(places, lanes) == plan_transfers(places[::-1], lanes[::-1])


@given(transfer_networks.places(), transfer_networks.lanes(lots=False, fixed=False))
def test_between_places_that_buy_nothing_is_bought_that_excess_could_have_covered(
    places: list[Place], lanes: list[Lane]
) -> None:
    buyers = [replace(place, buys=True) for place in places]
    plan = plan_transfers(buyers, lanes)
    given, lacking = given_by(plan), bought(buyers, plan)
    excess = {one.location_id: one.excess - given[one.location_id] for one in buyers}
    for lane in lanes:
        if {lane.from_location_id, lane.to_location_id} <= excess.keys():
            assert not (excess[lane.from_location_id] > 0 and lacking[lane.to_location_id] > 0)


@a_network
def test_every_transfer_is_explained_from_both_ends(places: list[Place], lanes: list[Lane]) -> None:
    plan = plan_transfers(places, lanes)
    given, by_name = given_by(plan), {place.location_id: place for place in places}
    stock = Record("stock_position", "X", "1")
    for one in plan.transfers:
        giver = by_name[one.lane.from_location_id]
        others = given[giver.location_id] - one.quantity
        facts = TransferFacts(giver, one.lane, "EA", one.quantity, one.need, others, stock)
        told = explain_transfer(facts)
        assert told.available >= one.quantity
        assert to_millionths(sum((term.quantity for term in told.giver_terms), Decimal(0)))


def test_a_place_that_is_told_twice_is_refused() -> None:
    place = Place("A", Decimal(1), Decimal(1), Decimal(1))
    with pytest.raises(ValueError, match="there twice"):
        plan_transfers([place, place], [])


def test_a_lane_that_is_told_twice_is_refused() -> None:
    places = [Place(name, Decimal(1), Decimal(1), Decimal(1)) for name in "AB"]
    lane = Lane("A", "B", 1, LotSizing(Decimal(0), Decimal(1), Decimal(1)))
    with pytest.raises(ValueError, match="there twice"):
        plan_transfers(places, [lane, lane])
