from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from service.http.problems import Problem
from service.proposals.planner import (
    Decided,
    approve,
    change_quantity,
    reject,
    reopen,
    snooze,
    undo,
    withdraw_edit,
)
from tests.service.builders_proposals import TODAY, Desk

_RESTORED = (
    "state",
    "planner_quantity",
    "edited_against",
    "approved_by",
    "review_reason",
    "snoozed_until",
    "declined_until",
)


@pytest.mark.parametrize(
    ("how", "values"),
    [
        (approve, ()),
        (change_quantity, (Decimal(400),)),
        (reject, ()),
        (snooze, (TODAY + timedelta(days=3),)),
        (withdraw_edit, ()),
    ],
)
def test_a_decision_can_be_taken_back(
    desk: Desk, how: Callable[..., Decided], values: tuple[Any, ...]
) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(450))
    before = desk.proposal()
    desk.decide(how, *values)
    desk.decide(undo)
    after = desk.proposal()
    assert [getattr(after, name) for name in _RESTORED] == [
        getattr(before, name) for name in _RESTORED
    ]
    assert after.row_version == before.row_version + 2


def test_an_approval_that_is_restored_can_be_undone_for_a_while_again(desk: Desk) -> None:
    desk.recommend(480)
    desk.decide(reopen)
    desk.decide(undo)
    row = desk.proposal()
    assert row.state == "approved"
    assert row.release_not_before is not None
    assert row.release_not_before > desk.clock()


def test_only_the_last_decision_can_be_undone_and_only_once(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(approve)
    desk.decide(undo)
    with pytest.raises(Problem, match="no decision"):
        desk.decide(undo)


def test_an_approval_that_the_erp_has_taken_up_cannot_be_undone(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(approve)
    desk.claim()
    with pytest.raises(Problem, match="no decision"):
        desk.decide(undo)


def test_a_rejection_is_not_undone_beside_another_proposal(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(reject)
    desk.recommend(900, "review")
    with pytest.raises(Problem, match="is open for the same item"):
        desk.decide(undo, row=desk.proposals()[0])
