from decimal import Decimal

import pytest

from rules.ordering.lot_sizing import LotSizing
from service.http.problems import Problem
from service.proposals.planner import approve, change_quantity
from tests.service.builders_proposals import Desk, figures


def test_a_decrease_of_what_the_erp_took_is_a_request(desk: Desk) -> None:
    desk.acknowledged(480)
    assert desk.recommend(0, surplus=180).requested == 1
    row = desk.proposal()
    assert figures(row, "state", "requested_quantity") == ("change_requested", 300)
    assert figures(row, "accepted_quantity", "recommended_quantity") == (480, 480)
    assert desk.told()[-1] == "proposal.change_requested"


def test_no_need_at_all_is_a_request_to_cancel(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=600)
    assert desk.proposal().state == "cancel_requested"
    assert desk.claim("change")["proposals"] == []
    offer = desk.claim("cancel")["proposals"][0]
    assert (offer["kind"], offer["quantity"]) == ("cancel", "0")


def test_a_request_keeps_to_the_suppliers_lot(desk: Desk) -> None:
    desk.acknowledged(480)
    lot = LotSizing(Decimal(200), Decimal(100), Decimal(1))
    desk.recommend(0, surplus=250, lot=lot)
    assert desk.proposal().requested_quantity == 300


@pytest.mark.parametrize(("surplus", "state"), [(47, "acknowledged"), (48, "change_requested")])
def test_a_small_surplus_is_not_worth_asking(desk: Desk, surplus: int, state: str) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=surplus)
    assert desk.proposal().state == state


def test_a_surplus_that_grows_revises_the_request(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    version = desk.proposal().row_version
    desk.recommend(0, surplus=180)
    assert desk.proposal().row_version == version
    desk.recommend(0, surplus=280)
    assert desk.proposal().requested_quantity == 200


@pytest.mark.parametrize("quantity", [0, 50])
def test_a_request_is_withdrawn_when_the_need_returns(desk: Desk, quantity: int) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    assert desk.recommend(quantity).withdrawn == 1
    row = desk.proposals()[0]
    assert figures(row, "state", "requested_quantity") == ("acknowledged", None)


def test_a_request_that_the_erp_works_on_is_left_alone(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    desk.claim("change")
    version = desk.proposal().row_version
    desk.recommend(0)
    desk.recommend(0, surplus=280)
    assert desk.proposal().row_version == version


def test_the_erp_makes_the_change(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    claimed = desk.claim("change")
    assert claimed["proposals"][0]["quantity"] == "300"
    first = desk.acknowledge(claimed, 300)
    assert desk.acknowledge(claimed, 300) == first
    row = desk.proposal()
    assert figures(row, "state", "accepted_quantity", "requested_quantity") == (
        "acknowledged",
        300,
        None,
    )


def test_the_erp_cancels(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=480)
    desk.acknowledge(desk.claim("cancel"), 0)
    assert desk.proposal().state == "cancelled"
    assert desk.told()[-1] == "proposal.cancelled"


def test_a_change_is_acknowledged_under_the_number_that_is_known(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    with pytest.raises(Problem, match="answered otherwise"):
        desk.acknowledge(desk.claim("change"), 300, "R-2")


def test_a_refused_change_is_not_asked_for_again_unless_much_less_is_needed(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    desk.refuse(desk.claim("change"), "already at the supplier")
    row = desk.proposal()
    assert figures(row, "state", "accepted_quantity", "requested_quantity") == (
        "acknowledged",
        480,
        None,
    )
    for surplus in (180, 100):
        assert desk.recommend(0, surplus=surplus).requested == 0
    assert desk.recommend(0, surplus=181).requested == 1


def test_a_change_that_is_made_in_part_is_not_asked_for_again(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    desk.acknowledge(desk.claim("change"), 400)
    assert desk.recommend(0, surplus=100).requested == 0


def test_an_unanswered_request_is_offered_again(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    desk.claim("change")
    desk.lease_ends()
    again = desk.claim("change")["proposals"][0]
    assert (again["quantity"], again["previously_taken"]) == ("300", True)


def test_a_change_that_was_made_late_counts(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    claimed = desk.claim("change")
    desk.lease_ends()
    desk.acknowledge(claimed, 300)
    assert figures(desk.proposal(), "state", "accepted_quantity") == ("acknowledged", 300)


@pytest.mark.parametrize(("quantity", "surplus"), [(0, 0), (50, 0), (0, 100), (0, 280), (0, 480)])
def test_a_request_that_the_erp_may_have_carried_out_stands_until_it_answers(
    desk: Desk, quantity: int, surplus: int
) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    desk.claim("change")
    desk.lease_ends()
    desk.recommend(quantity, surplus=surplus)
    row = desk.proposals()[0]
    assert figures(row, "state", "requested_quantity", "previously_taken") == (
        "change_requested",
        300,
        True,
    )
    again = desk.claim("change")
    assert again["proposals"][0]["quantity"] == "300"
    desk.acknowledge(again, 300)
    assert figures(desk.proposals()[0], "state", "accepted_quantity") == ("acknowledged", 300)


def test_only_what_an_unanswered_request_leaves_is_asked_of_the_other_proposals(
    desk: Desk,
) -> None:
    desk.acknowledged(300)
    desk.acknowledged(200)
    desk.recommend(0, surplus=200)
    desk.claim("cancel")
    desk.lease_ends()
    desk.recommend(0, surplus=250)
    first, second = desk.proposals()
    assert figures(second, "state", "requested_quantity") == ("cancel_requested", 0)
    assert figures(first, "state", "requested_quantity") == ("change_requested", 250)


@pytest.mark.parametrize("lease_ends", [False, True])
def test_a_change_is_refused_under_the_claim_that_offered_it_last(
    desk: Desk, lease_ends: bool
) -> None:
    desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    first = desk.claim("change")
    desk.lease_ends()
    second = desk.claim("change")
    if lease_ends:
        desk.lease_ends()
    with pytest.raises(Problem, match="A later claim"):
        desk.refuse(first)
    assert desk.proposal().state == "change_requested"
    desk.refuse(second)
    assert desk.proposal().state == "acknowledged"


def test_the_newest_proposals_shrink_first(desk: Desk) -> None:
    desk.acknowledged(300)
    desk.acknowledged(200)
    desk.recommend(0, surplus=250)
    first, second = desk.proposals()
    assert figures(second, "state", "requested_quantity") == ("cancel_requested", 0)
    assert figures(first, "state", "requested_quantity") == ("change_requested", 250)


def test_what_a_planner_added_on_purpose_is_no_surplus(desk: Desk) -> None:
    desk.recommend(100, "review")
    desk.decide(change_quantity, Decimal(150), reason="price goes up")
    desk.decide(approve)
    desk.acknowledge(desk.claim(), 150)
    assert desk.recommend(0, surplus=50).requested == 0
    assert desk.recommend(0, surplus=80).requested == 1
    assert desk.proposal().requested_quantity == 120


def test_what_is_ordered_is_past_changing(desk: Desk) -> None:
    row = desk.acknowledged(480)
    desk.recommend(0, surplus=180)
    desk.progress(row, "ordered")
    assert figures(desk.proposal(), "state", "requested_quantity") == ("ordered", None)
    assert desk.recommend(0, surplus=480).requested == 0
