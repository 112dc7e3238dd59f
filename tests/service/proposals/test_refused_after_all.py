"""An ERP refuses what it had acknowledged: people decide again, and nothing is ordered twice."""

from typing import Any

import pytest

from service.http.problems import Problem
from service.proposals.planner import approve
from tests.service.builders_proposals import Desk, figures
from tests.service.proposals.test_transfers import held, transfer

DOCUMENT = ("erp_number", "accepted_quantity", "expected_date", "taken_by", "claim_id")


def _taken(desk: Desk, quantity: int = 480, number: str = "R-1") -> dict[str, Any]:
    desk.recommend(quantity)
    claimed = desk.claim()
    desk.acknowledge(claimed, quantity, number)
    desk.dirty()
    return claimed


def test_what_the_erp_refuses_after_it_took_it_waits_for_a_person(desk: Desk) -> None:
    claimed = _taken(desk)
    answer = desk.refuse(claimed, "budget is spent")
    row = desk.proposal()
    assert (answer["state"], row.state, row.offer) == ("in_review", "in_review", 2)
    assert row.review_reason == "erp had it as R-1 and refused it: budget is spent"
    assert figures(row, *DOCUMENT) == (None,) * len(DOCUMENT)
    assert desk.dirty() == {("BOTTLE", "UK")}
    assert desk.told()[-1] == "proposal.refused"
    line = desk.history(row)[-1]
    assert (line.event, line.from_state, line.reason) == (
        "refused",
        "acknowledged",
        "budget is spent",
    )


def test_no_policy_approves_it_again_but_a_person_may_and_it_is_another_offer(desk: Desk) -> None:
    desk.refuse(_taken(desk))
    desk.recommend(480, "auto")
    assert desk.proposal().state == "in_review"
    desk.decide(approve)
    (again,) = desk.claim()["proposals"]
    assert (again["offer"], again["previously_taken"]) == (2, False)


def test_it_may_be_taken_again_under_the_number_it_had(desk: Desk) -> None:
    desk.refuse(_taken(desk))
    desk.plan(480, "review")
    desk.decide(approve)
    second = desk.claim()
    desk.acknowledge(second, 480, "R-1")
    assert figures(desk.proposal(), "state", "erp_number") == ("acknowledged", "R-1")


def test_saying_it_again_changes_nothing(desk: Desk) -> None:
    claimed = _taken(desk)
    first = desk.refuse(claimed, "budget is spent", "R-1")
    version = desk.proposal().row_version
    assert desk.refuse(claimed, "budget is spent", "R-1") == first
    assert desk.refuse(claimed, "cancelled", "R-1") == first
    desk.plan(480, "review")
    desk.decide(approve)
    second = desk.claim()
    assert desk.refuse(claimed, "cancelled", "R-1") == first
    desk.acknowledge(second, 480, "R-2")
    assert desk.refuse(claimed, "cancelled", "R-1") == first
    assert (desk.proposal().state, desk.proposal().row_version > version) == ("acknowledged", True)


def test_what_is_ordered_is_not_refused_any_more(desk: Desk) -> None:
    claimed = _taken(desk)
    desk.progress(desk.proposal(), "ordered", purchase_order_number="PO-1")
    with pytest.raises(Problem, match="answered otherwise"):
        desk.refuse(claimed)
    assert desk.proposal().state == "ordered"


def test_what_the_erps_feed_shows_as_an_order_is_not_refused_any_more(desk: Desk) -> None:
    claimed = _taken(desk)
    desk.purchase_line(desk.proposal(), 480)
    with pytest.raises(Problem, match="answered otherwise"):
        desk.refuse(claimed)


def test_a_refusal_under_a_claim_before_the_one_it_was_taken_under_is_too_late(desk: Desk) -> None:
    desk.recommend(480)
    first = desk.claim()
    desk.lease_ends()
    desk.acknowledge(desk.claim(), 480)
    with pytest.raises(Problem, match="answered otherwise"):
        desk.refuse(first)
    assert desk.proposal().state == "acknowledged"


@pytest.mark.parametrize("surplus", [180, 480])
def test_it_may_be_refused_while_it_is_asked_to_change_it(desk: Desk, surplus: int) -> None:
    claimed = _taken(desk)
    desk.recommend(0, surplus=surplus)
    request = desk.claim("change" if surplus < 480 else "cancel")
    desk.refuse(claimed, "budget is spent")
    row = desk.proposal()
    assert figures(row, "state", "requested_quantity", "claim_id") == ("in_review", None, None)
    with pytest.raises(Problem, match="answered otherwise"):
        desk.acknowledge(request, 480 - surplus)


def test_what_it_cancelled_for_us_needs_no_refusal(desk: Desk) -> None:
    claimed = _taken(desk)
    desk.recommend(0, surplus=480)
    desk.acknowledge(desk.claim("cancel"), 0)
    assert desk.refuse(claimed, "cancelled", "R-1")["state"] == "cancelled"
    assert desk.proposal().state == "cancelled"


def test_its_need_goes_to_another_open_proposal_if_there_is_one(desk: Desk) -> None:
    claimed = _taken(desk)
    desk.recommend(120)
    desk.refuse(claimed, "budget is spent")
    refused, other = desk.proposals()
    assert (refused.state, other.state) == ("superseded", "in_review")
    assert "budget is spent" in (other.review_reason or "")


def test_a_transfer_that_is_refused_after_all_is_as_good_as_rejected(desk: Desk) -> None:
    desk.recommend(0, transfers=(transfer(40),))
    claimed = desk.claim("transfer")
    desk.acknowledge(claimed, 40)
    desk.refuse(claimed, "no lorry")
    assert desk.proposal().state == "rejected"
    assert held(desk) == ([], [])
