"""What Tryton's states mean to a proposal: the one table, and how several records add up."""

import pytest

from adapters.erp.tryton.follow_states import (
    PURCHASE,
    REQUEST,
    REQUISITION,
    Answer,
    Standing,
    answer_of_requisition,
    answer_of_transfer,
    standing,
)

WAITS, ORDERED, CAME, DROPPED = (
    Standing.WAITS,
    Standing.ORDERED,
    Standing.CAME,
    Standing.DROPPED,
)


@pytest.mark.parametrize("state", ["draft", "waiting", "approved"])
def test_a_requisition_that_is_not_processed_is_no_news(state: str) -> None:
    assert answer_of_requisition(state, [], was_ordered=False) is None


@pytest.mark.parametrize("state", ["rejected", "cancelled"])
def test_a_requisition_that_people_stopped_is_refused(state: str) -> None:
    assert answer_of_requisition(state, [], was_ordered=False) is Answer.REFUSED


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ([WAITS], None),
        ([ORDERED], Answer.ORDERED),
        ([ORDERED, WAITS], Answer.PARTLY_ORDERED),
        ([CAME, WAITS], Answer.PARTLY_ORDERED),
        ([CAME, ORDERED], Answer.ORDERED),
        ([CAME], Answer.CLOSED),
        ([CAME, DROPPED], Answer.CLOSED),
        ([ORDERED, DROPPED], Answer.ORDERED),
        ([DROPPED], Answer.REFUSED),
        ([], None),
    ],
)
def test_what_was_made_of_a_requisition_adds_up(
    parts: list[Standing], answer: Answer | None
) -> None:
    assert answer_of_requisition("processing", parts, was_ordered=False) is answer
    assert answer_of_requisition("done", parts, was_ordered=False) is answer


def test_what_was_out_with_a_supplier_and_is_dropped_is_closed_not_refused() -> None:
    assert answer_of_requisition("done", [DROPPED], was_ordered=True) is Answer.CLOSED


def test_a_cancelled_purchase_is_no_news_until_people_have_decided_about_its_request() -> None:
    assert standing(PURCHASE, "cancelled") is WAITS
    assert standing(REQUEST, "exception") is WAITS
    assert standing(REQUEST, "cancelled") is DROPPED


def test_a_state_that_nobody_here_knows_is_no_news() -> None:
    assert standing(REQUISITION, "frozen by some module") is WAITS


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("waiting", None),
        ("assigned", None),
        ("packed", None),
        ("shipped", Answer.SHIPPED),
        ("done", Answer.RECEIVED),
        ("cancelled", Answer.REFUSED),
    ],
)
def test_a_transfer_is_told_of_once_goods_move(state: str, answer: Answer | None) -> None:
    assert answer_of_transfer(state) is answer
