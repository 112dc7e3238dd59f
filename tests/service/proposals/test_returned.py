"""What comes back from a rejection is planned anew before it is ordered."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from service.http.problems import Problem
from service.proposals.open_offers import open_recommendations
from service.proposals.planner import (
    Decided,
    approve,
    change_quantity,
    reject,
    reopen,
    snooze,
    undo,
)
from service.proposals.tables import ProposalRow
from tests.service.builders_proposals import TODAY, Desk, figures

KEY = ("BOTTLE", "UK")
BACK = pytest.mark.parametrize("back", [reopen, undo])


def _refused(desk: Desk, how: Callable[..., Decided], row: ProposalRow | None = None) -> str:
    """The type of the problem that a decision meets; it must change nothing."""
    before = [(one.state, one.row_version) for one in desk.proposals()]
    with pytest.raises(Problem) as caught:
        desk.decide(how, row=row)
    assert [(one.state, one.row_version) for one in desk.proposals()] == before
    assert caught.value.status == 409
    assert caught.value.body["remedy"]
    return str(caught.value.body["type"]).rpartition(":")[2]


@pytest.mark.parametrize("outcome", ["auto", "review"])
@BACK
def test_a_rejection_that_is_taken_back_is_in_review(
    desk: Desk, outcome: str, back: Callable[..., Decided]
) -> None:
    desk.recommend(480, outcome)
    if outcome == "review":
        desk.decide(approve)
    desk.decide(reject)
    desk.dirty()
    desk.decide(back)
    row = desk.proposal()
    assert figures(row, "state", "approved_by", "release_not_before", "declined_until") == (
        "in_review",
        None,
        None,
        None,
    )
    assert row.review_reason
    assert desk.dirty() == {KEY}
    assert desk.claim()["proposals"] == []


@BACK
def test_what_comes_back_is_approved_once_the_plan_has_looked_at_it(
    desk: Desk, back: Callable[..., Decided]
) -> None:
    desk.plan(480, "review")
    desk.decide(reject)
    desk.decide(back)
    assert _refused(desk, approve) == "plan-pending"
    desk.plan(300, "review")
    desk.decide(approve)
    assert desk.claim()["proposals"][0]["quantity"] == "300"


def test_a_plan_that_finds_nothing_changed_lets_it_be_approved(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(reject)
    desk.decide(undo)
    assert desk.dirty() == {KEY}
    desk.decide(approve)
    assert desk.claim()["proposals"][0]["quantity"] == "480"


def test_a_quantity_set_meanwhile_waits_for_the_plan_as_well(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(reject)
    desk.decide(reopen)
    desk.decide(change_quantity, Decimal(450))
    assert _refused(desk, approve) == "plan-pending"


def test_what_never_left_is_approved_while_its_key_is_dirty(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(snooze, TODAY + timedelta(days=3))
    desk.decide(undo)
    desk.decide(approve)
    assert desk.dirty() == {KEY}
    assert desk.proposal().state == "approved"


@BACK
def test_what_is_needed_no_more_is_cancelled_when_it_comes_back(
    desk: Desk, back: Callable[..., Decided]
) -> None:
    desk.recommend(480, "review")
    desk.decide(reject)
    desk.decide(back)
    desk.plan(0)
    assert desk.proposal().state == "cancelled"


@BACK
def test_an_old_rejection_stays_when_a_newer_proposal_was_taken(
    desk: Desk, back: Callable[..., Decided]
) -> None:
    desk.recommend(201)
    desk.decide(reject)
    desk.acknowledged(601)
    desk.dirty()
    assert _refused(desk, back, desk.proposals()[0]) == "newer-proposal"
    assert desk.dirty() == set()
    assert desk.claim()["proposals"] == []


@BACK
def test_of_two_rejections_only_the_newer_comes_back(
    desk: Desk, back: Callable[..., Decided]
) -> None:
    desk.recommend(200, "review")
    desk.decide(reject)
    desk.recommend(600, "review")
    desk.decide(reject)
    assert _refused(desk, back, desk.proposals()[0]) == "newer-proposal"
    desk.decide(back)
    assert [row.state for row in desk.proposals()] == ["rejected", "in_review"]


def test_a_rejection_of_what_was_held_or_put_off_is_taken_back_to_that(desk: Desk) -> None:
    desk.recommend(480, "hold")
    desk.decide(reject)
    desk.decide(undo)
    assert desk.proposal().state == "held"
    desk.decide(snooze, TODAY + timedelta(days=3))
    desk.decide(reject)
    desk.decide(undo)
    assert desk.proposal().state == "snoozed"
    assert _refused(desk, approve) == "plan-pending"


def test_a_policys_approval_is_not_restored_once_the_plan_has_moved_on(desk: Desk) -> None:
    desk.recommend(480)
    desk.decide(reopen)
    desk.plan(480, "hold")  # the offer is the same, but the policy has become cautious
    desk.decide(undo)
    row = desk.proposal()
    assert figures(row, "state", "release_not_before") == ("in_review", None)
    assert "plan may have moved on" in (row.review_reason or "")


def test_an_open_proposal_names_the_recommendation_it_follows(desk: Desk) -> None:
    desk.acknowledged(300)
    desk.recommend(480, "review")
    desk.recommend(10, item_id="CORK")
    open_row = next(row for row in desk.proposals() if row.state == "in_review")
    with desk.context.database.read() as session:
        found = open_recommendations(session, {KEY, ("BOTTLE", "FR")})
    assert found == {KEY: {open_row.recommendation_id}}
