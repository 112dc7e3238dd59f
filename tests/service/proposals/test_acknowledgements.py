import pytest

from service.context import ServiceContext
from service.http.problems import Problem
from service.proposals.erp_answers import Reporter
from service.proposals.erp_words import ProgressBody, ProgressState
from service.proposals.planner import approve
from service.proposals.progress import report_progress
from tests.service.builders_proposals import Desk, figures


def _status(caught: pytest.ExceptionInfo[Problem]) -> int:
    assert caught.value.body["remedy"]
    return caught.value.status


def test_the_erps_number_and_quantity_are_recorded(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    desk.dirty()
    desk.acknowledge(claimed, 500, "R-7")
    row = desk.proposal()
    assert figures(row, "state", "erp_number", "accepted_quantity") == ("acknowledged", "R-7", 500)
    assert desk.dirty() == {("BOTTLE", "UK")}
    assert desk.told()[-1] == "proposal.acknowledged"


def test_an_acknowledgement_said_twice_is_said_once(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    first = desk.acknowledge(claimed, 480)
    version = desk.proposal().row_version
    assert desk.acknowledge(claimed, 480) == first
    assert desk.proposal().row_version == version


@pytest.mark.parametrize(("quantity", "number"), [(480, "R-2"), (400, "R-1")])
def test_another_number_or_quantity_for_what_is_acknowledged_is_refused(
    desk: Desk, quantity: int, number: str
) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    desk.acknowledge(claimed, 480, "R-1")
    with pytest.raises(Problem) as caught:
        desk.acknowledge(claimed, quantity, number)
    assert _status(caught) == 409


def test_an_acknowledgement_after_the_lease_counts(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    desk.lease_ends()
    desk.acknowledge(claimed, 480)
    assert figures(desk.proposal(), "state", "previously_taken") == ("acknowledged", False)


def test_an_acknowledgement_under_the_earlier_of_two_claims_counts(desk: Desk) -> None:
    desk.recommend(480)
    first = desk.claim()
    desk.lease_ends()
    second = desk.claim()
    answer = desk.acknowledge(first, 480)
    assert desk.acknowledge(second, 480) == answer
    with pytest.raises(Problem) as caught:
        desk.acknowledge(second, 480, "R-2")
    assert _status(caught) == 409


def test_nobody_answers_for_another_system(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    with pytest.raises(Problem) as caught:
        desk.acknowledge(claimed, 480, principal="erp-north")
    assert _status(caught) == 404


def test_a_claim_answers_only_for_what_it_offered(desk: Desk) -> None:
    desk.recommend(480)
    first = desk.claim()
    desk.recommend(90)
    second = desk.claim()
    with pytest.raises(Problem) as caught:
        desk.acknowledge({**first, "proposals": second["proposals"]}, 480)
    assert _status(caught) == 404


def test_nothing_cannot_be_accepted(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    with pytest.raises(Problem) as caught:
        desk.acknowledge(claimed, 0)
    assert _status(caught) == 422


def test_what_the_erp_refuses_waits_for_a_person(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    desk.dirty()
    desk.refuse(claimed, "supplier blocked")
    assert desk.dirty() == {("BOTTLE", "UK")}
    desk.recommend(480, "auto")
    row = desk.proposal()
    assert figures(row, "state", "review_reason") == (
        "in_review",
        "erp refused it: supplier blocked",
    )
    desk.decide(approve)
    assert desk.claim()["proposals"][0]["previously_taken"] is False


def test_a_refusal_said_twice_is_said_once(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    assert desk.refuse(claimed) == desk.refuse(claimed)
    with pytest.raises(Problem) as caught:
        desk.refuse(claimed, "something else")
    assert _status(caught) == 409
    with pytest.raises(Problem) as caught:
        desk.acknowledge(claimed, 480)
    assert _status(caught) == 409


@pytest.mark.parametrize("lease_ends", [False, True])
def test_a_refusal_counts_under_the_newest_claim_only(desk: Desk, lease_ends: bool) -> None:
    desk.recommend(480)
    first = desk.claim()
    desk.lease_ends()
    second = desk.claim()
    if lease_ends:
        desk.lease_ends()
    before = desk.proposal().state
    with pytest.raises(Problem) as caught:
        desk.refuse(first)
    assert _status(caught) == 409
    assert desk.proposal().state == before
    desk.acknowledge(second, 480)
    assert desk.proposal().state == "acknowledged"


def test_what_the_erp_refuses_is_approved_once_it_is_planned_anew(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    desk.refuse(claimed)
    with pytest.raises(Problem) as caught:
        desk.decide(approve)
    assert _status(caught) == 409
    desk.plan(200, "review")
    desk.decide(approve)
    assert desk.claim()["proposals"][0]["quantity"] == "200"


def test_a_refusal_beside_another_open_proposal_leaves_its_need_to_that_one(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    desk.recommend(120)
    desk.refuse(claimed, "supplier blocked")
    refused, other = desk.proposals()
    assert (refused.state, other.state) == ("superseded", "in_review")
    desk.recommend(600, "auto")
    other = desk.proposals()[1]
    assert figures(other, "state", "recommended_quantity") == ("in_review", 600)
    assert "supplier blocked" in (other.review_reason or "")


def test_progress_is_recorded_once(desk: Desk) -> None:
    row = desk.acknowledged(480)
    told = {"purchase_order_number": "PO-1", "ordered_quantity": "200"}
    first = desk.progress(row, "partly_ordered", **told)
    assert desk.progress(row, "partly_ordered", **told) == first
    row = desk.proposal()
    assert figures(row, "state", "ordered_quantity") == ("partly_ordered", 200)
    desk.progress(row, "ordered")
    assert desk.proposal().ordered_quantity == 480
    desk.progress(row, "closed")
    assert desk.proposal().state == "closed"
    assert desk.told()[-3:] == ["proposal.partly_ordered", "proposal.ordered", "proposal.closed"]


def test_what_one_erp_took_is_unknown_to_another(desk: Desk, context: ServiceContext) -> None:
    row = desk.acknowledged(480)
    body = ProgressBody(state=ProgressState.ORDERED)
    with context.database.write() as session, pytest.raises(Problem) as caught:
        report_progress(session, Reporter("other-erp", row.external_ref), body, desk.clock())
    assert _status(caught) == 404


def test_what_is_not_acknowledged_makes_no_progress(desk: Desk) -> None:
    desk.recommend(480)
    with pytest.raises(Problem) as caught:
        desk.progress(desk.proposal(), "ordered")
    assert _status(caught) == 409
    desk.claim()
    with pytest.raises(Problem) as caught:
        desk.progress(desk.proposal(), "ordered")
    assert _status(caught) == 409
