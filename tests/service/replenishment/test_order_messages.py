"""Messages about purchase lines from the plan to the ERP and back, day by day."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from adapters.canonical.proposal import MESSAGES
from rules.ordering.order_messages import recompute_projection
from service.context import ServiceContext
from service.feeds.batches import FeedKind, Removal
from service.http.problems import Problem
from service.proposals.planner import approve, change_quantity, reject, reopen
from service.proposals.tables import OrderMessageRow, ProposalRow
from service.replenishment.recompute import recompute_dirty
from service.replenishment.replay import replay
from service.replenishment.story import tell_story
from service.replenishment.tables import DecisionRow
from service.work import dirty_keys
from service.worker.sweep import sweep
from tests.service.builders_feeds import Erp, clean, purchase, source, stock, terms
from tests.service.builders_plan import plan
from tests.service.builders_proposals import Desk
from tests.service.conftest import FakeClock

TODAY = date(2011, 8, 29)
LINE = "erp/PO-1"


@pytest.fixture
def desk(context: ServiceContext, clock: FakeClock) -> Desk:
    return Desk(context, clock)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def messages(context: ServiceContext) -> list[ProposalRow]:
    """All messages, oldest first."""
    with context.database.read() as session:
        rows = select(ProposalRow).where(ProposalRow.kind.in_([kind.value for kind in MESSAGES]))
        return list(session.scalars(rows.order_by(ProposalRow.proposal_id)))


def told(context: ServiceContext) -> list[tuple[str, str]]:
    return [(row.kind, row.state) for row in messages(context)]


def on_order(erp: Erp, due: int, quantity: str = "400", **fields: Any) -> None:
    """PO-1 is due in so many days, and the plan has taken it up."""
    erp.send(FeedKind.OPEN_ORDERS, purchase("PO-1", quantity, due_date=in_days(due), **fields))
    plan(erp.context)


def stocked(erp: Erp, on_hand: str) -> None:
    erp.send(FeedKind.STOCK_POSITIONS, stock(on_hand, as_of=erp.context.clock()))
    plan(erp.context)


def test_a_line_after_the_stock_out_is_to_be_expedited_and_a_person_decides(erp: Erp) -> None:
    on_order(erp, due=14)
    (row,) = messages(erp.context)
    assert (row.kind, row.state, row.purchase_line) == ("expedite", "in_review", LINE)
    assert row.recommended_quantity == 400
    assert TODAY <= row.required_date <= in_days(4)
    assert "stock is projected to run out on 2 Sep 2011" in row.rationale
    with erp.context.database.read() as session:
        decision = session.get_one(DecisionRow, row.decision_id)
        why = session.get_one(OrderMessageRow, row.decision_id)
    assert (decision.outcome, decision.rule_id) == ("review", "G-message")
    assert decision.facts["kind"] == "expedite"
    assert why.due_date == in_days(14)
    assert recompute_projection(why.explanation) == Decimal(why.explanation["projected_stock"])


def test_a_line_that_comes_in_time_needs_no_message(erp: Erp) -> None:
    on_order(erp, due=3)
    assert messages(erp.context) == []


def test_a_line_that_comes_long_before_its_need_is_to_be_deferred(erp: Erp) -> None:
    stocked(erp, "400")
    on_order(erp, due=7)
    (row,) = messages(erp.context)
    assert row.kind == "defer"
    assert in_days(30) < row.required_date <= in_days(40)


def test_a_line_that_nothing_needs_is_to_be_cancelled(erp: Erp) -> None:
    stocked(erp, "3000")
    on_order(erp, due=7)
    (row,) = messages(erp.context)
    assert (row.kind, row.required_date) == ("cancel_order", in_days(7))


def test_what_no_longer_holds_is_withdrawn_and_the_contrary_takes_its_place(erp: Erp) -> None:
    on_order(erp, due=14)
    stocked(erp, "3000")
    assert told(erp.context) == [("expedite", "cancelled"), ("cancel_order", "in_review")]
    stocked(erp, "140")
    assert told(erp.context) == [("expedite", "cancelled"), ("cancel_order", "cancelled")]


def test_a_line_that_is_delivered_takes_its_message_with_it(erp: Erp) -> None:
    on_order(erp, due=14)
    gone = Removal(type(purchase()), source("PO-1"), {})
    erp.send(FeedKind.OPEN_ORDERS, gone)
    plan(erp.context)
    assert told(erp.context) == [("expedite", "cancelled")]


def test_an_item_that_is_no_longer_planned_takes_its_messages_with_it(erp: Erp) -> None:
    on_order(erp, due=14)
    key = {"item_id": "BOTTLE", "location_id": "UK", "supplier_id": "S-01"}
    erp.send(FeedKind.SUPPLIER_TERMS, Removal(type(terms()), source("BOTTLE/UK"), key))
    plan(erp.context)
    assert told(erp.context) == [("expedite", "cancelled")]


def test_a_message_never_counts_in_the_inventory_position(erp: Erp, desk: Desk) -> None:
    on_order(erp, due=14, quantity="100")
    (before,) = [row for row in desk.proposals() if row.kind == "requisition"]
    (row,) = messages(erp.context)
    desk.decide(approve, row=row)
    claimed = desk.claim("expedite")
    assert [one["purchase_line"] for one in claimed["proposals"]] == [LINE]
    plan(erp.context)
    desk.acknowledge(claimed, 100, "PO-1")
    plan(erp.context)
    (after,) = [row for row in desk.proposals() if row.kind == "requisition"]
    assert after.recommended_quantity == before.recommended_quantity
    assert after.proposal_id == before.proposal_id


def test_requisitions_and_messages_are_claimed_apart(erp: Erp, desk: Desk) -> None:
    on_order(erp, due=14, quantity="100")
    (row,) = messages(erp.context)
    desk.decide(approve, row=row)
    assert row.external_ref not in {
        one["external_ref"] for one in desk.claim("requisition")["proposals"]
    }
    assert desk.claim("defer")["proposals"] == []
    assert len(desk.claim("expedite")["proposals"]) == 1


def test_what_the_erp_has_carried_out_is_closed_once_its_feed_shows_it(
    erp: Erp, desk: Desk
) -> None:
    on_order(erp, due=14)
    desk.decide(approve, row=messages(erp.context)[0])
    desk.acknowledge(desk.claim("expedite"), 400, "PO-1")
    plan(erp.context)
    assert told(erp.context) == [("expedite", "acknowledged")]
    stocked(erp, "39")  # the plan is made anew while the feed still shows the old day
    assert told(erp.context) == [("expedite", "acknowledged")]
    on_order(erp, due=2)
    assert told(erp.context) == [("expedite", "closed")]


def test_what_the_erp_works_on_is_left_alone_even_if_the_contrary_is_wanted(
    erp: Erp, desk: Desk
) -> None:
    on_order(erp, due=14)
    desk.decide(approve, row=messages(erp.context)[0])
    claimed = desk.claim("expedite")
    stocked(erp, "3000")
    assert told(erp.context) == [("expedite", "claimed")]
    desk.acknowledge(claimed, 400, "PO-1")
    stocked(erp, "3001")
    assert told(erp.context) == [("expedite", "closed"), ("cancel_order", "in_review")]


def test_a_refused_message_is_looked_at_by_a_person(erp: Erp, desk: Desk) -> None:
    on_order(erp, due=14)
    desk.decide(approve, row=messages(erp.context)[0])
    desk.refuse(desk.claim("expedite"), "the supplier cannot")
    plan(erp.context)
    (row,) = messages(erp.context)
    assert row.state == "in_review"
    assert "the supplier cannot" in (row.review_reason or "")


def test_a_rejected_message_is_not_repeated_until_the_line_is_due_otherwise(
    erp: Erp, desk: Desk, clock: FakeClock
) -> None:
    on_order(erp, due=14)
    desk.decide(reject, row=messages(erp.context)[0])
    clock.now += timedelta(days=1)
    stocked(erp, "30")
    assert told(erp.context) == [("expedite", "rejected")]
    on_order(erp, due=20)
    assert told(erp.context) == [("expedite", "rejected"), ("expedite", "in_review")]


def test_a_rejection_lapses(erp: Erp, desk: Desk, clock: FakeClock) -> None:
    on_order(erp, due=14)
    desk.decide(reject, row=messages(erp.context)[0])
    sweep(erp.context)
    clock.now += timedelta(days=8)
    sweep(erp.context)
    plan(erp.context)
    assert told(erp.context) == [("expedite", "rejected"), ("expedite", "in_review")]


def test_a_reopened_message_that_no_longer_holds_is_withdrawn(erp: Erp, desk: Desk) -> None:
    on_order(erp, due=14)
    rejected = messages(erp.context)[0]
    desk.decide(reject, row=rejected)
    stocked(erp, "140")
    desk.decide(reopen, row=messages(erp.context)[0])
    plan(erp.context)
    assert told(erp.context) == [("expedite", "cancelled")]


def test_an_approved_day_stands_while_the_wanted_one_is_near_it(erp: Erp, desk: Desk) -> None:
    on_order(erp, due=18)
    (row,) = messages(erp.context)
    desk.decide(approve, row=row)
    stocked(erp, "60")
    (near,) = messages(erp.context)
    assert (near.state, near.required_date, near.rationale) == (
        "approved",
        row.required_date,
        row.rationale,
    )
    stocked(erp, "120")
    (far,) = messages(erp.context)
    assert (far.kind, far.state, far.approved_by) == ("expedite", "in_review", None)
    assert far.required_date > row.required_date + timedelta(days=3)


def test_a_message_has_no_quantity_to_be_changed(erp: Erp, desk: Desk) -> None:
    on_order(erp, due=14)
    with pytest.raises(Problem, match="no quantity of its own"):
        desk.decide(change_quantity, Decimal(5), row=messages(erp.context)[0])


def test_a_line_whose_proposal_the_erp_is_asked_to_change_is_left_to_that_request(
    erp: Erp, desk: Desk
) -> None:
    plan(erp.context)
    (row,) = [row for row in desk.proposals() if row.kind == "requisition"]
    if row.state != "approved":
        desk.decide(approve, row=row)
    desk.acknowledge(desk.claim(), int(row.recommended_quantity))
    stocked(erp, "5000")
    (asked,) = desk.proposals()
    assert asked.state == "cancel_requested"
    on_order(erp, due=14, quantity="150", proposal_ref=asked.external_ref)
    assert messages(erp.context) == []


def test_decisions_about_messages_are_replayed_exactly(erp: Erp) -> None:
    on_order(erp, due=14)
    stocked(erp, "3000")
    with erp.context.database.read() as session:
        ids = session.scalars(select(OrderMessageRow.decision_id)).all()
        found = [replay(session, decision_id) for decision_id in ids]
    assert len(found) == 2
    assert [one.differences for one in found if one] == [[], []]


def test_a_pass_over_unchanged_inputs_asks_nothing_new(erp: Erp) -> None:
    on_order(erp, due=14)
    with erp.context.database.write() as session:
        dirty_keys.mark(session, [("BOTTLE", "UK")], "test", erp.context.clock())
    recompute_dirty(erp.context)
    with erp.context.database.read() as session:
        assert len(session.scalars(select(OrderMessageRow)).all()) == 1
    clean(erp.context)


def test_the_story_of_a_message_tells_the_projection(erp: Erp) -> None:
    on_order(erp, due=14)
    (row,) = messages(erp.context)
    with erp.context.database.read() as session:
        story = tell_story(session, row.external_ref)
    assert story is not None
    assert (story["proposal"]["kind"], story["proposal"]["purchase_line"]) == ("expedite", LINE)
    assert story["order_message"]["runs_out_on"] == "2011-09-02"
