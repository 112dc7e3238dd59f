from datetime import timedelta
from decimal import Decimal

from service.proposals.planner import approve, change_quantity
from tests.service.builders_proposals import Desk, figures


def test_a_claim_takes_what_is_approved(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    (offer,) = claimed["proposals"]
    row = desk.proposal()
    assert figures(row, "state", "taken_by") == ("claimed", "erp")
    assert offer == {
        "kind": "requisition",
        "external_ref": row.external_ref,
        "revision": 1,
        "item_id": "BOTTLE",
        "location_id": "UK",
        "supplier_id": "GLASSWORKS",
        "from_location_id": None,
        "purchase_line": None,
        "quantity": "480",
        "unit": "EA",
        "unit_price": "2.5",
        "currency": "GBP",
        "order_date": "2011-08-29",
        "required_date": "2011-09-12",
        "rationale": "steady demand",
        "offer": 1,
        "previously_taken": False,
    }


def test_what_is_not_approved_is_not_claimed(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.recommend(480, "hold")
    assert desk.claim()["proposals"] == []


def test_an_approval_is_not_claimed_within_the_undo_window(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(approve)
    desk.clock.now -= timedelta(seconds=5)  # the desk waits ten before each claim
    assert desk.claim()["proposals"] == []
    assert len(desk.claim()["proposals"]) == 1


def test_a_planners_quantity_is_what_is_offered(desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(change_quantity, Decimal(450))
    desk.decide(approve)
    assert desk.claim()["proposals"][0]["quantity"] == "450"


def test_what_one_erp_has_claimed_no_other_gets(desk: Desk) -> None:
    desk.recommend(480)
    assert len(desk.claim(principal="erp")["proposals"]) == 1
    assert desk.claim(principal="erp-north")["proposals"] == []


def test_a_claim_takes_no_more_than_its_limit_oldest_first(desk: Desk) -> None:
    for item in ("A", "B", "C"):
        desk.recommend(10, item_id=item)
    assert [one["item_id"] for one in desk.claim(limit=2)["proposals"]] == ["A", "B"]
    assert [one["item_id"] for one in desk.claim(limit=2)["proposals"]] == ["C"]


def test_a_claim_tells_a_recompute_under_way_that_its_inputs_are_old(desk: Desk) -> None:
    desk.recommend(480)
    desk.claim()
    assert desk.dirty() == {("BOTTLE", "UK")}


def test_an_unanswered_claim_is_offered_again_under_the_same_reference(desk: Desk) -> None:
    desk.recommend(480)
    first = desk.claim()["proposals"][0]
    desk.lease_ends()
    assert desk.proposal().state == "unconfirmed"
    second = desk.claim()["proposals"][0]
    assert second == {**first, "previously_taken": True}


def test_what_a_silent_erp_may_hold_is_offered_to_no_other(desk: Desk) -> None:
    desk.recommend(480)
    desk.claim()
    desk.lease_ends()
    assert desk.claim(principal="erp-north")["proposals"] == []


def test_what_a_silent_erp_may_hold_is_never_amended(desk: Desk) -> None:
    desk.recommend(480)
    desk.claim()
    desk.lease_ends()
    before = desk.proposal().row_version
    desk.recommend(0, surplus=480)
    desk.recommend(90, "review")
    first, second = desk.proposals()
    assert figures(first, "state", "row_version") == ("unconfirmed", before)
    assert second.recommended_quantity == 90


def test_a_lease_that_still_runs_is_left_alone(desk: Desk) -> None:
    desk.recommend(480)
    desk.claim()
    desk.clock.now += timedelta(minutes=14)
    assert desk.expire() == 0


def test_an_answered_claim_ends_without_a_trace(desk: Desk) -> None:
    desk.acknowledged(480)
    desk.lease_ends()
    assert desk.proposal().state == "acknowledged"
