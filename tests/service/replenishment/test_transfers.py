"""Transfers before purchase, from the ERP's feeds to its claims and back."""

from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

import pytest
from sqlalchemy import select

from adapters.canonical.network import TransferLane
from rules.ordering.explanation import recompute_quantity
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind, Removal
from service.forecasts.tables import SeriesForecastRow
from service.http.problems import Problem
from service.proposals.arrivals import close_arrived
from service.proposals.planner import approve, change_quantity, reject, undo
from service.replenishment.recompute import decide_all, read_snapshot, read_work, write_results
from service.replenishment.replay import replay
from service.replenishment.tables import DecisionRow
from service.work import dirty_keys
from tests.service.builders_feeds import Erp
from tests.service.builders_network import Network, lane
from tests.service.builders_plan import of_kind
from tests.service.conftest import FakeClock


@pytest.fixture
def network(erp: Erp, clock: FakeClock) -> Network:
    """UK has far too much, DE too little; a lane leads from UK to DE, and all is planned."""
    network = Network(erp.context, clock, erp)
    network.count("UK", 600)
    network.place("DE", 40)
    network.connect(lane("UK", "DE"))
    network.work()
    return network


def need_of(network: Network, name: str) -> Decimal:
    """What the location lacks before transfers, in whole bottles."""
    told = network.recommendation(name)
    need = Decimal(told.explanation["net_requirement"]) - of_kind(told, "transfer_in")
    return need.to_integral_value(ROUND_CEILING)


def test_a_surplus_is_transferred_before_anything_is_bought(network: Network) -> None:
    transfer = network.transfer()
    assert (transfer.from_location_id, transfer.location_id) == ("UK", "DE")
    assert transfer.recommended_quantity == need_of(network, "DE") > 100
    assert network.open("requisition") == []
    told = network.recommendation("DE")
    assert of_kind(told, "transfer_in") == -transfer.recommended_quantity
    assert of_kind(network.recommendation("UK"), "transfer_out") == transfer.recommended_quantity
    assert recompute_quantity(told.explanation) == 0
    (explained,) = told.explanation["transfers"]
    for side in ("giver_terms", "receiver_terms"):
        terms = sum(Decimal(term["quantity"]) for term in explained[side])
        assert terms == transfer.recommended_quantity


def test_what_the_excess_does_not_cover_is_bought_beside_the_transfer(network: Network) -> None:
    network.count("UK", 320)
    network.work()
    given, bought = network.transfer().recommended_quantity, network.order().recommended_quantity
    assert given > 0
    assert bought > 0
    assert given + bought == need_of(network, "DE")
    assert network.order().location_id == "DE"


def test_every_decision_can_be_replayed_from_its_own_inputs(network: Network) -> None:
    with network.context.database.read() as session:
        decisions = session.execute(select(DecisionRow.decision_id, DecisionRow.from_location_id))
        replays = {giver: replay(session, decision_id) for decision_id, giver in decisions}
    assert "UK" in replays
    assert [found.differences for found in replays.values() if found] == [[]] * len(replays)


def test_from_claim_to_receipt_nothing_is_counted_twice_or_ordered_on_top(
    network: Network,
) -> None:
    transfer = network.transfer()
    quantity = int(transfer.recommended_quantity)
    taken = network.take(transfer)
    network.work()
    assert network.open("transfer") == network.open("requisition") == []
    assert of_kind(network.recommendation("UK"), "reserved_transfer") == quantity

    network.progress(taken, "shipped")
    network.work()
    assert of_kind(network.recommendation("UK"), "reserved_transfer") == quantity
    network.clock.now += timedelta(hours=1)
    network.count("UK", 600 - quantity)
    network.work()
    assert of_kind(network.recommendation("UK"), "reserved_transfer") == 0

    network.clock.now += timedelta(hours=1)
    network.progress(taken, "received")
    network.work()
    assert of_kind(network.recommendation("DE"), "committed_proposal") == -quantity
    network.clock.now += timedelta(hours=1)
    network.count("DE", 40 + quantity)
    network.work()
    assert of_kind(network.recommendation("DE"), "committed_proposal") == 0
    with network.context.database.write() as session:
        assert close_arrived(session, network.clock()) == 1
    assert network.by_ref(taken.external_ref).state == "closed"
    network.work()
    assert network.open("transfer") == network.open("requisition") == []


def test_a_rejected_transfer_is_bought_instead_and_taking_that_back_restores_it(
    network: Network,
) -> None:
    need = network.transfer().recommended_quantity
    network.decide(reject, row=network.transfer())
    network.work()
    assert network.open("transfer") == []
    assert network.order().recommended_quantity == need
    network.work()
    assert network.open("transfer") == []

    rejected = next(row for row in network.proposals() if row.state == "rejected")
    network.decide(undo, row=rejected)
    network.work()
    assert network.transfer().recommended_quantity == need
    assert network.open("requisition") == []


def test_a_transfer_that_the_erp_refuses_is_bought_instead(network: Network) -> None:
    transfer = network.transfer()
    need = transfer.recommended_quantity
    if transfer.state != "approved":
        network.decide(approve, row=transfer)
    refused = network.refuse(network.claim("transfer"), "the warehouse is closed")
    assert refused["state"] == "rejected"
    network.work()
    assert network.open("transfer") == []
    assert network.order().recommended_quantity == need


def test_a_rejected_transfer_comes_from_another_giver_if_there_is_one(network: Network) -> None:
    network.place("NL", 600)
    network.connect(lane("NL", "DE", priority=2))
    network.work()
    assert network.transfer().from_location_id == "UK"
    network.decide(reject, row=network.transfer())
    network.work()
    assert network.transfer().from_location_id == "NL"
    assert network.open("requisition") == []


def test_a_planner_cannot_send_more_than_the_giver_can_spare(network: Network) -> None:
    transfer = network.transfer()
    spare = transfer.spare_quantity
    assert spare is not None
    with pytest.raises(Problem) as refused:
        network.decide(change_quantity, spare + 1, row=transfer)
    assert refused.value.body["type"].endswith("quantity-not-spare")
    assert f"can spare {spare.normalize():f}" in refused.value.body["title"]
    network.decide(change_quantity, spare, row=transfer)
    with pytest.raises(Problem) as pending:
        network.decide(change_quantity, spare, row=network.transfer())
    assert pending.value.body["type"].endswith("plan-pending")
    network.work()
    assert network.transfer().planner_quantity == spare


def test_what_a_planner_takes_off_a_transfer_is_bought(network: Network) -> None:
    need = network.transfer().recommended_quantity
    network.decide(change_quantity, need - 30, row=network.transfer())
    network.work()
    transfer = network.transfer()
    assert transfer.planner_quantity == need - 30
    assert transfer.recommended_quantity == need == transfer.edited_against
    assert network.order().recommended_quantity == 30


def test_a_planners_quantity_is_kept_from_the_others_that_ask(network: Network) -> None:
    network.count("UK", 420)
    network.place("NL", 40)
    network.connect(lane("UK", "NL"))
    network.work()
    to_de = next(row for row in network.open("transfer") if row.location_id == "DE")
    assert to_de.spare_quantity == to_de.recommended_quantity
    network.decide(change_quantity, to_de.recommended_quantity - 20, row=to_de)
    network.work()
    explained = network.recommendation("NL").explanation["transfers"][0]
    promised = network.promised()["UK"]
    assert promised <= Decimal(explained["available"]) + to_de.recommended_quantity - 20


def test_a_key_that_changes_during_a_pass_leaves_its_whole_group_to_the_next(
    network: Network,
) -> None:
    network.count("DE", 30)
    snapshot = read_snapshot(network.context, read_work(network.context))
    assert {entry.key[1] for entry in snapshot.work.dirty} == {"UK", "DE"}
    network.count("UK", 500)
    assert write_results(network.context, snapshot, decide_all(snapshot)).recommendations == 0
    with network.context.database.read() as session:
        assert {entry.key[1] for entry in dirty_keys.read(session, 9)} == {"UK", "DE"}


def test_a_claim_during_a_pass_leaves_both_ends_to_the_next(network: Network) -> None:
    transfer = network.transfer()
    if transfer.state != "approved":
        network.decide(approve, row=transfer)
    network.count("DE", 30)
    snapshot = read_snapshot(network.context, read_work(network.context))
    network.claim("transfer")
    assert write_results(network.context, snapshot, decide_all(snapshot)).recommendations == 0


def test_a_shop_that_only_a_lane_supplies_is_planned_and_its_need_is_bought_upstream(
    network: Network,
) -> None:
    network.place("SHOP", 0, per_day=3, supplied=False)
    network.connect(lane("DE", "SHOP", lead_time_days=2))
    network.work()
    with network.context.database.read() as session:
        shop = session.get_one(SeriesForecastRow, ("BOTTLE", "SHOP"))
        assert shop.interval_days == 9
    told = network.recommendation("SHOP")
    need = -of_kind(told, "passed_upstream")
    assert told.quantity == 0
    assert need > 20
    assert 0 <= of_kind(network.recommendation("DE"), "downstream_needs") - need < 1
    assert network.transfer().recommended_quantity == need_of(network, "DE")
    assert network.open("requisition") == []


def test_what_upstream_bought_for_a_shop_is_sent_there_and_not_bought_again(
    network: Network,
) -> None:
    network.place("SHOP", 0, per_day=3, supplied=False)
    network.connect(lane("UK", "SHOP"))
    network.count("UK", 100)
    network.work()
    first = next(row for row in network.open("requisition") if row.location_id == "UK")
    need = of_kind(network.recommendation("UK"), "downstream_needs")
    assert need > 0
    network.take(first, "requisition")
    network.work()
    assert [row for row in network.open("requisition") if row.location_id == "UK"] == []
    to_shop = next(row for row in network.open("transfer") if row.location_id == "SHOP")
    assert to_shop.recommended_quantity == need
    network.take(to_shop)
    network.work()
    assert network.open("requisition") == []
    assert [row for row in network.open("transfer") if row.location_id == "SHOP"] == []


def test_a_shop_that_nobody_supplies_shows_its_need_and_the_policy_holds_it(
    network: Network,
) -> None:
    network.place("LONELY", 0, supplied=False)
    network.place("OUTLET", 0, supplied=False)
    network.connect(lane("OUTLET", "LONELY"), lane("LONELY", "OUTLET"))
    network.work()
    held = [row for row in network.open("requisition") if row.location_id == "LONELY"]
    assert [(row.state, row.supplier_id) for row in held] == [("held", None)]


def test_a_lane_that_goes_takes_its_transfer_with_it(network: Network) -> None:
    need = network.transfer().recommended_quantity
    gone = lane("UK", "DE")
    network.erp.send(FeedKind.TRANSFER_LANES, Removal(TransferLane, gone.source, {}))
    network.work()
    assert network.open("transfer") == []
    assert network.order().recommended_quantity == need


def test_a_location_that_cannot_be_computed_does_not_stop_the_others(network: Network) -> None:
    network.place("NL", 40)
    network.connect(lane("UK", "NL"))
    network.work()
    with network.context.database.write() as session:
        session.get_one(SeriesForecastRow, ("BOTTLE", "NL")).interval_quantiles = [-1.0] * 3
    network.count("NL", 30)
    network.count("DE", 30)
    network.work()
    with network.context.database.read() as session:
        (finding,) = session.scalars(select(ExceptionRow))
        assert finding.subject_key == "BOTTLE@NL"
    to_de = next(row for row in network.open("transfer") if row.location_id == "DE")
    assert to_de.recommended_quantity == need_of(network, "DE")


def _break(network: Network, name: str, on_hand: int) -> list[float]:
    """Nothing can be computed there any more; returns the quantiles that it was planned with."""
    with network.context.database.write() as session:
        forecast = session.get_one(SeriesForecastRow, ("BOTTLE", name))
        sound: list[float] = forecast.interval_quantiles
        forecast.interval_quantiles = [-1.0] * 3
    network.count(name, on_hand)
    network.work()
    return sound


def test_a_transfer_to_where_nothing_can_be_computed_is_not_approved(network: Network) -> None:
    sound = _break(network, "DE", 30)
    transfer = network.transfer()
    assert transfer.state == "in_review"
    assert "cannot be computed" in (transfer.review_reason or "")
    with pytest.raises(Problem, match="cannot be computed at DE"):
        network.decide(approve, row=transfer)
    assert network.transfer().state == "in_review"
    with network.context.database.write() as session:
        session.get_one(SeriesForecastRow, ("BOTTLE", "DE")).interval_quantiles = sound
    network.count("DE", 29)
    network.work()
    network.decide(approve, row=network.transfer())
    assert network.transfer().state == "approved"


def test_what_a_giver_that_cannot_be_computed_was_to_give_is_bought(network: Network) -> None:
    needed = network.transfer().recommended_quantity
    _break(network, "UK", 590)
    assert network.open("transfer") == []
    assert network.order().recommended_quantity == needed
