from datetime import timedelta
from decimal import Decimal

from rules.ordering.lot_sizing import LotSizing
from service.proposals.planner import approve, change_quantity, reject, reopen
from tests.service.builders_proposals import TODAY, Desk


def _rejected(desk: Desk, quantity: int) -> None:
    desk.recommend(quantity, "review")
    desk.decide(reject, reason="the range is delisted")


def test_what_was_rejected_is_not_proposed_again_unchanged(desk: Desk) -> None:
    _rejected(desk, 480)
    assert desk.recommend(480).declined == 1
    assert desk.recommend(300).declined == 1
    assert desk.proposal().state == "rejected"


def test_a_larger_need_than_was_rejected_is_proposed(desk: Desk) -> None:
    _rejected(desk, 480)
    assert desk.recommend(481, "review").created == 1
    assert [row.state for row in desk.proposals()] == ["rejected", "in_review"]


def test_a_rejection_stands_until_the_order_was_required(desk: Desk) -> None:
    _rejected(desk, 480)
    last = TODAY + timedelta(days=14)
    assert desk.recommend(480, order_date=last).declined == 1
    assert desk.recommend(480, order_date=last + timedelta(days=1)).created == 1


def test_a_rejection_stands_a_week_at_least(desk: Desk) -> None:
    desk.recommend(480, "review", required_date=TODAY)
    desk.decide(reject, reason="no room")
    assert desk.recommend(480, order_date=TODAY + timedelta(days=7)).declined == 1


def test_a_rejection_lapses_when_the_need_ends(desk: Desk) -> None:
    _rejected(desk, 480)
    desk.recommend(0)
    assert desk.recommend(100).created == 1


def test_only_the_newest_rejection_counts(desk: Desk) -> None:
    _rejected(desk, 480)
    _rejected(desk, 600)
    assert desk.recommend(550).declined == 1
    assert desk.recommend(601).created == 1


def test_a_rejected_proposal_that_is_reopened_is_amended_again(desk: Desk) -> None:
    _rejected(desk, 480)
    desk.decide(reopen, reason=None)
    assert desk.recommend(300, "review").amended == 1
    assert desk.proposal().recommended_quantity == 300


def test_what_a_planner_cut_off_is_not_proposed_once_the_rest_is_taken(desk: Desk) -> None:
    desk.recommend(100, "review")
    desk.decide(change_quantity, Decimal(60), reason="the shelf is full")
    desk.decide(approve)
    desk.claim()
    assert desk.recommend(40).declined == 1
    assert desk.recommend(41).created == 1


def test_a_cut_counts_as_the_lot_it_would_be_ordered_in(desk: Desk) -> None:
    lot = LotSizing(Decimal(0), Decimal(25), Decimal(1))
    desk.recommend(100, "review", lot=lot)
    desk.decide(change_quantity, Decimal(60), reason="the shelf is full")
    desk.decide(approve)
    desk.claim()
    assert desk.recommend(50, lot=lot).declined == 1
    assert desk.recommend(75, lot=lot).created == 1
