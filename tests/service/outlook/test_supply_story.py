"""From the signal to the ERP's answer, as the salesperson hears of it."""

from datetime import timedelta
from decimal import Decimal

from service.feeds.batches import FeedKind
from service.proposals.decisions import UNDO_WINDOW
from service.proposals.planner import approve, undo
from tests.service.builders_feeds import Erp, purchase, stock
from tests.service.builders_outlook import Crm, supplied
from tests.service.builders_plan import planner_says, proposals
from tests.service.builders_proposals import Desk
from tests.service.conftest import FakeClock


def test_a_deal_is_covered_once_its_requisition_is_approved_and_each_step_is_told_once(
    crm: Crm, clock: FakeClock
) -> None:
    desk = Desk(crm.context, clock)
    crm.send()
    crm.settle()
    (proposal,) = proposals(crm.context)
    assert proposal.state == "in_review"
    line = crm.line()
    assert line["supplied"] == []
    assert Decimal(line["uncovered"]) == 400
    assert line["covered_on"] is None
    assert proposal.external_ref in line["note"]
    assert Decimal(line["shortage_probability_if_won"]) == 1
    assert [body["version"] for body in crm.told()] == [1]

    planner_says(crm.context, approve)
    clock.now += UNDO_WINDOW
    crm.proposal_changed()
    covered = crm.line()
    day = proposal.required_date.isoformat()
    assert supplied(covered) == [("requisition", Decimal(400), day)]
    assert Decimal(covered["uncovered"]) == 0
    assert covered["covered_on"] == day
    assert covered["supplied"][0]["reference"] == proposal.external_ref
    assert Decimal(covered["shortage_probability_if_won"]) < Decimal("0.5")
    assert [body["version"] for body in crm.told()] == [1, 2]

    claimed = desk.claim()
    crm.proposal_changed()
    desk.acknowledge(claimed, int(proposal.recommended_quantity))
    crm.proposal_changed()
    states = [body["lines"][0]["supplied"][0]["state"] for body in crm.told()[1:]]
    assert states == ["approved", "claimed", "acknowledged"]
    assert [body["version"] for body in crm.told()] == [1, 2, 3, 4]
    crm.proposal_changed()
    assert len(crm.told()) == 4
    assert crm.told()[-1]["lines"] == crm.outlook()["lines"]


def test_an_approval_that_can_still_be_undone_is_told_to_nobody(crm: Crm, clock: FakeClock) -> None:
    crm.send()
    crm.settle()
    before = crm.line()
    planner_says(crm.context, approve)
    clock.now += UNDO_WINDOW / 2
    crm.proposal_changed()
    assert crm.line() == before
    planner_says(crm.context, undo)
    crm.settle()
    crm.proposal_changed()
    assert len(crm.told()) == 1


def test_the_erps_purchase_line_takes_the_place_of_the_proposal(
    crm: Crm, erp: Erp, clock: FakeClock
) -> None:
    desk = Desk(crm.context, clock)
    crm.send()
    crm.settle()
    planner_says(crm.context, approve)
    claimed = desk.claim()
    quantity = claimed["proposals"][0]["quantity"]
    desk.acknowledge(claimed, int(Decimal(quantity)))
    reference = claimed["proposals"][0]["external_ref"]
    erp.send(
        FeedKind.OPEN_ORDERS,
        purchase(
            "PO-7", quantity, due_date=clock.now.date() + timedelta(7), proposal_ref=reference
        ),
    )
    crm.settle()
    (part,) = crm.line()["supplied"]
    assert (part["source"], part["reference"]) == ("purchase_order", "PO-7")


def test_a_day_that_goes_by_is_no_news(crm: Crm, clock: FakeClock) -> None:
    crm.send()
    crm.settle()
    clock.now += timedelta(days=1)
    crm.proposal_changed()
    assert len(crm.told()) == 1


def test_a_count_that_changes_nothing_for_the_deal_is_no_news(
    crm: Crm, erp: Erp, clock: FakeClock
) -> None:
    crm.send()
    crm.settle()
    before = crm.outlook()
    clock.now += timedelta(hours=1)
    erp.send(FeedKind.STOCK_POSITIONS, stock("41", as_of=clock.now))
    crm.settle()
    assert len(crm.told()) == 1
    assert crm.outlook()["version"] == before["version"] == 1
    assert crm.outlook()["as_of"] != before["as_of"]


def test_more_stock_covers_the_deal(crm: Crm, erp: Erp, clock: FakeClock) -> None:
    crm.send()
    crm.settle()
    clock.now += timedelta(hours=1)
    erp.send(FeedKind.STOCK_POSITIONS, stock("1000", as_of=clock.now))
    crm.settle()
    line = crm.line()
    assert supplied(line) == [("on_hand", Decimal(400), "2011-08-29")]
    assert line["covered_on"] == "2011-08-29"
    assert len(crm.told()) == 2
