from datetime import timedelta
from decimal import Decimal

import pytest

from service.proposals.expiry import wake_snoozed
from service.proposals.planner import approve, change_quantity, reopen, snooze, withdraw_edit
from tests.service.builders_proposals import TODAY, Desk, figures


@pytest.mark.parametrize(
    ("outcome", "state"), [("auto", "approved"), ("review", "in_review"), ("hold", "held")]
)
def test_a_new_proposal_stands_where_the_policy_puts_it(
    desk: Desk, outcome: str, state: str
) -> None:
    assert desk.recommend(480, outcome).created == 1
    row = desk.proposal()
    assert figures(row, "state", "recommended_quantity", "revision") == (state, 480, 1)
    assert row.external_ref.startswith("PEG-")
    assert len(row.external_ref) <= 32


def test_nothing_is_proposed_where_nothing_is_wanted(desk: Desk) -> None:
    desk.recommend(0)
    assert desk.proposals() == []


def test_a_revised_recommendation_amends_the_open_proposal(desk: Desk) -> None:
    desk.recommend(480, "review")
    before = desk.proposal()
    desk.recommend(300, "review")
    after = desk.proposal()
    assert figures(after, "recommended_quantity", "revision") == (300, 2)
    assert after.external_ref == before.external_ref
    assert desk.history()[-1].details["changed"]["recommended_quantity"] == {
        "from": "480",
        "to": "300",
    }


def test_the_same_offer_for_new_reasons_is_no_new_revision(desk: Desk) -> None:
    desk.recommend(480, "review")
    before = desk.proposal()
    desk.recommend(480, "review", rationale="an opportunity")
    after = desk.proposal()
    assert figures(after, "revision", "row_version") == (1, 1)
    assert after.rationale == "an opportunity"
    assert after.recommendation_id != before.recommendation_id
    assert len(desk.history()) == 1


@pytest.mark.parametrize(("outcome", "state"), [("review", "in_review"), ("hold", "held")])
def test_an_automatic_approval_falls_with_the_policys_next_word(
    desk: Desk, outcome: str, state: str
) -> None:
    desk.recommend(480)
    desk.recommend(900, outcome)
    row = desk.proposal()
    assert figures(row, "state", "release_not_before") == (state, None)
    assert "900" in (desk.history()[-1].reason or "")


def test_an_automatic_approval_follows_the_quantity_while_the_policy_allows_it(desk: Desk) -> None:
    desk.recommend(480)
    desk.recommend(300)
    assert figures(desk.proposal(), "state", "recommended_quantity") == ("approved", 300)


def test_what_waits_for_review_is_approved_once_the_policy_allows_it(desk: Desk) -> None:
    desk.recommend(480, "review")
    assert desk.recommend(300, "auto").approved == 1
    assert desk.proposal().state == "approved"
    assert "policy allows it" in (desk.history()[-1].reason or "")


def test_what_is_held_follows_the_policy(desk: Desk) -> None:
    desk.recommend(480, "hold")
    desk.recommend(480, "review")
    assert desk.proposal().state == "in_review"
    desk.recommend(480, "hold")
    assert desk.proposal().state == "held"
    desk.recommend(480, "auto")
    assert desk.proposal().state == "approved"


def test_a_persons_approval_outlives_a_new_day(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(approve)
    tomorrow = TODAY + timedelta(days=1)
    desk.recommend(480, "review", order_date=tomorrow, required_date=tomorrow + timedelta(days=14))
    row = desk.proposal()
    assert figures(row, "state", "approved_by", "order_date") == ("approved", "ann", tomorrow)


def test_a_persons_approval_does_not_cover_another_quantity(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(approve)
    desk.recommend(481, "review")
    assert figures(desk.proposal(), "state", "approved_by") == ("in_review", None)


def test_a_persons_approval_falls_when_the_policy_becomes_more_cautious(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(approve)
    desk.recommend(480, "hold")
    assert desk.proposal().state == "held"


def test_a_planners_quantity_survives_and_shows_the_conflict(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(400))
    desk.recommend(700, "auto")
    row = desk.proposal()
    assert figures(row, "planner_quantity", "recommended_quantity") == (400, 700)
    assert row.edited_against == 480
    assert row.state == "in_review"
    assert "set 400 when 480 was recommended; now 700" in (desk.history()[-1].reason or "")


def test_an_approved_edit_returns_to_review_when_the_plan_moves_on(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(400))
    desk.decide(approve)
    desk.recommend(700, "auto")
    assert desk.proposal().state == "in_review"


def test_an_approved_edit_stands_while_the_plan_stands(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(400))
    desk.decide(approve)
    desk.recommend(480, "review")
    assert figures(desk.proposal(), "state", "planner_quantity") == ("approved", 400)


def test_approving_a_conflict_settles_it(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(400))
    desk.recommend(700, "review")
    desk.decide(approve)
    desk.recommend(700, "review")
    assert figures(desk.proposal(), "state", "edited_against") == ("approved", 700)


@pytest.mark.parametrize("outcome", ["auto", "review", "hold"])
def test_what_is_no_longer_needed_is_cancelled(desk: Desk, outcome: str) -> None:
    desk.recommend(480, outcome)
    assert desk.recommend(0).cancelled == 1
    assert desk.proposal().state == "cancelled"
    assert desk.history()[-1].reason == "no longer needed"


def test_an_edited_proposal_that_is_no_longer_needed_is_left_to_the_planner(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(400))
    desk.decide(approve)
    desk.recommend(0)
    assert figures(desk.proposal(), "state", "recommended_quantity") == ("in_review", 0)
    desk.decide(withdraw_edit)
    assert desk.proposal().state == "cancelled"


def test_a_snoozed_proposal_sleeps_through_amendments_until_its_day(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(snooze, TODAY + timedelta(days=3))
    desk.recommend(600, "auto")
    assert figures(desk.proposal(), "state", "recommended_quantity") == ("snoozed", 600)
    for days, woken in ((2, 0), (3, 1), (4, 0)):
        with desk.context.database.write() as session:
            assert wake_snoozed(session, TODAY + timedelta(days=days), desk.clock()) == woken
    desk.recommend(600, "auto")
    assert desk.proposal().state == "in_review"


def test_what_a_person_put_to_review_no_policy_approves(desk: Desk) -> None:
    desk.recommend(480)
    desk.decide(reopen, reason="the supplier moves house")
    desk.recommend(500, "auto")
    row = desk.proposal()
    assert figures(row, "state", "review_reason") == ("in_review", "the supplier moves house")
    desk.decide(approve)
    assert desk.proposal().review_reason is None


def test_outsiders_hear_of_approved_proposals_only(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.recommend(500, "review")
    assert desk.told() == []
    desk.recommend(500, "auto")
    desk.recommend(600, "auto")
    desk.recommend(700, "review")
    assert desk.told() == ["proposal.approved", "proposal.changed", "proposal.changed"]


def test_more_than_the_erp_has_taken_is_a_proposal_of_its_own(desk: Desk) -> None:
    taken = desk.acknowledged(480)
    assert desk.recommend(120).created == 1
    first, second = desk.proposals()
    assert figures(first, "external_ref", "row_version") == (taken.external_ref, taken.row_version)
    assert figures(second, "recommended_quantity", "state") == (120, "approved")
