from datetime import timedelta
from decimal import Decimal

import pytest

from service.http.problems import Problem
from service.proposals.no_longer_planned import NO_LONGER_PLANNED, Retired
from service.proposals.planner import approve, change_quantity, reject, snooze, withdraw_edit
from tests.service.builders_proposals import TODAY, Desk, figures


@pytest.mark.parametrize("outcome", ["auto", "review", "hold"])
def test_what_nobody_plans_any_more_is_cancelled(desk: Desk, outcome: str) -> None:
    desk.recommend(480, outcome)
    assert desk.retire() == Retired(cancelled=1)
    assert figures(desk.proposal(), "state", "release_not_before") == ("cancelled", None)
    assert figures(desk.history()[-1], "event", "reason") == (
        "no_longer_needed",
        NO_LONGER_PLANNED,
    )
    assert desk.claim()["proposals"] == []
    assert desk.told()[-1] == "proposal.cancelled"


def test_a_persons_approval_and_a_put_off_proposal_are_cancelled_too(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(approve)
    assert desk.retire().cancelled == 1
    desk.recommend(480, "review")
    desk.decide(snooze, TODAY + timedelta(days=3))
    assert desk.retire().cancelled == 1


def test_what_a_planner_edited_goes_to_review(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(450))
    desk.decide(approve)
    assert desk.retire() == Retired(sent_to_review=1)
    row = desk.proposal()
    assert figures(row, "state", "review_reason", "approved_by", "planner_quantity") == (
        "in_review",
        NO_LONGER_PLANNED,
        None,
        450,
    )
    assert desk.claim()["proposals"] == []


def test_what_is_put_off_and_edited_stays_put_off(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(450))
    desk.decide(snooze, TODAY + timedelta(days=3))
    assert desk.retire().sent_to_review == 1
    assert figures(desk.proposal(), "state", "review_reason") == ("snoozed", NO_LONGER_PLANNED)


def test_retiring_twice_is_retiring_once(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(450))
    desk.retire()
    version = desk.proposal().row_version
    assert desk.retire() == Retired()
    assert desk.proposal().row_version == version


def test_an_edit_withdrawn_from_what_nobody_plans_leaves_nothing(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(450))
    desk.retire()
    desk.decide(withdraw_edit)
    assert desk.proposal().state == "cancelled"


def test_an_edit_follows_again_once_it_is_planned_again(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(450))
    desk.retire()
    desk.recommend(500)
    row = desk.proposal()
    assert figures(row, "state", "recommended_quantity", "planner_quantity") == (
        "in_review",
        500,
        450,
    )


def test_what_the_erp_has_taken_is_reported_and_left_alone(desk: Desk) -> None:
    acknowledged = desk.acknowledged(300)
    desk.recommend(100)
    claimed = desk.claim()["proposals"][0]
    desk.recommend(50)
    retired = desk.retire()
    assert retired.cancelled == 1
    assert [(one.key, one.external_ref, one.state) for one in retired.still_taken] == [
        (("BOTTLE", "UK"), acknowledged.external_ref, "acknowledged"),
        (("BOTTLE", "UK"), claimed["external_ref"], "claimed"),
    ]
    assert [row.state for row in desk.proposals()] == ["acknowledged", "claimed", "cancelled"]


def test_what_is_on_a_purchase_order_is_not_reported(desk: Desk) -> None:
    desk.progress(desk.acknowledged(300), "ordered")
    shown = desk.acknowledged(200)
    desk.purchase_line(shown, 200)
    partly = desk.acknowledged(100)
    desk.progress(partly, "partly_ordered", ordered_quantity="40")
    (left,) = desk.retire().still_taken
    assert left.external_ref == partly.external_ref


def test_other_keys_keep_their_proposals(desk: Desk) -> None:
    desk.recommend(480, location_id="FR")
    assert desk.retire() == Retired()
    assert desk.proposal().state == "approved"


def test_a_rejection_stays_one(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(reject)
    assert desk.retire() == Retired()
    with pytest.raises(Problem):
        desk.decide(approve)
