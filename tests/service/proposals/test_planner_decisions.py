from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from service.access.people import Role
from service.http.problems import Problem
from service.proposals.decisions import UNDO_WINDOW, Edit
from service.proposals.planner import (
    Decided,
    approve,
    change_quantity,
    reject,
    reopen,
    snooze,
    withdraw_edit,
)
from service.proposals.tables import ProposalRow
from tests.service.builders_proposals import TODAY, Desk, figures, store_terms


def _refused(desk: Desk, how: Callable[..., Decided], *values: Any, **more: Any) -> int:
    """The status of the problem that a decision meets; it must change nothing."""
    before = [(row.state, row.row_version) for row in desk.proposals()]
    with pytest.raises(Problem) as caught:
        desk.decide(how, *values, **more)
    assert [(row.state, row.row_version) for row in desk.proposals()] == before
    assert caught.value.body["remedy"]
    return caught.value.status


def test_an_approval_is_kept_back_for_the_undo_window(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(approve)
    row = desk.proposal()
    assert figures(row, "state", "approved_by") == ("approved", "ann")
    assert row.release_not_before == desk.clock() + UNDO_WINDOW
    event = desk.history()[-1]
    assert figures(event, "actor", "reason", "from_state") == ("ann", "seen", "in_review")


def test_who_saw_an_older_version_decides_nothing(desk: Desk) -> None:
    desk.recommend(480, "review")
    seen = desk.proposal()
    desk.recommend(500, "review")
    assert _refused(desk, approve, row=seen) == 412


def test_an_unknown_proposal_cannot_be_decided_on(desk: Desk) -> None:
    desk.recommend(480, "review")
    stranger = ProposalRow(proposal_id=desk.history()[0].event_id, row_version=1)
    assert _refused(desk, approve, row=stranger) == 404
    assert _refused(desk, withdraw_edit, row=stranger) == 404


def test_an_administrator_decides_on_no_orders(desk: Desk) -> None:
    desk.recommend(480, "review")
    edit = Edit(desk.proposal().proposal_id, 1, "root", None, Role.ADMIN)
    with desk.context.database.write() as session, pytest.raises(Problem) as caught:
        approve(session, edit, desk.clock())
    assert caught.value.status == 403


def test_what_is_approved_already_cannot_be_approved(desk: Desk) -> None:
    desk.recommend(480)
    assert _refused(desk, approve) == 409


def test_nothing_is_decided_on_what_the_erp_has(desk: Desk) -> None:
    desk.acknowledged(480)
    assert _refused(desk, reject) == 409
    assert _refused(desk, change_quantity, Decimal(470)) == 409
    assert _refused(desk, reopen) == 409


def test_a_small_change_needs_no_reason_a_large_one_does(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(600), reason=None)
    assert _refused(desk, change_quantity, Decimal(601), reason=" ") == 422
    desk.decide(change_quantity, Decimal(601), reason="trade fair")
    assert desk.proposal().planner_quantity == 601


def test_an_approval_holds_for_the_quantity_it_was_given_for(desk: Desk) -> None:
    desk.recommend(480)
    desk.decide(change_quantity, Decimal(470))
    row = desk.proposal()
    assert figures(row, "state", "release_not_before", "revision") == ("in_review", None, 2)


@pytest.mark.parametrize("quantity", ["0", "-5", "NaN", "Infinity", "4.5", "1000000000"])
def test_a_quantity_that_cannot_be_ordered_is_refused(desk: Desk, quantity: str) -> None:
    with desk.context.database.write() as session:
        store_terms(session, desk.clock)
    desk.recommend(480, "review")
    assert _refused(desk, change_quantity, Decimal(quantity)) == 422


def test_a_quantity_that_breaks_the_suppliers_lot_is_taken_with_a_warning(desk: Desk) -> None:
    with desk.context.database.write() as session:
        store_terms(session, desk.clock)
    desk.recommend(50, "review")
    warnings = desk.decide(change_quantity, Decimal(42)).warnings
    assert warnings == (
        "GLASSWORKS delivers at least 50 EA.",
        "GLASSWORKS delivers in multiples of 25 EA.",
    )
    assert desk.decide(change_quantity, Decimal(50)).warnings == ()


def test_a_withdrawn_edit_lets_the_policy_decide_anew(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(400))
    desk.dirty()
    desk.decide(withdraw_edit)
    row = desk.proposal()
    assert figures(row, "planner_quantity", "edited_against") == (None, None)
    assert desk.dirty() == {("BOTTLE", "UK")}
    assert _refused(desk, withdraw_edit) == 409


def test_a_rejection_needs_a_reason(desk: Desk) -> None:
    desk.recommend(480, "review")
    assert _refused(desk, reject, reason="") == 422
    desk.decide(reject, reason="delisted")
    assert desk.proposal().state == "rejected"
    assert desk.told() == ["proposal.rejected"]


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_proposal_is_put_off_to_a_day_within_the_next_year(desk: Desk, days: int) -> None:
    desk.recommend(480, "review")
    assert _refused(desk, snooze, TODAY + timedelta(days=days)) == 422


def test_a_snoozed_proposal_can_be_approved_at_once(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(snooze, TODAY + timedelta(days=3))
    desk.decide(approve)
    assert figures(desk.proposal(), "state", "snoozed_until") == ("approved", None)


def test_a_rejected_proposal_is_not_reopened_beside_another(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(reject, reason="delisted")
    desk.recommend(900, "review")
    assert _refused(desk, reopen, row=desk.proposals()[0]) == 409


def test_a_planner_may_order_what_is_not_recommended_any_more(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(400))
    desk.recommend(0)
    desk.decide(approve)
    assert desk.claim()["proposals"][0]["quantity"] == "400"


def test_an_essay_is_no_reason(desk: Desk) -> None:
    desk.recommend(480, "review")
    assert _refused(desk, reject, reason="x" * 1001) == 422
