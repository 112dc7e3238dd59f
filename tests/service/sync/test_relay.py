from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.context import ServiceContext
from service.database.base import new_id
from service.proposals import planner
from service.proposals.decisions import UNDO_WINDOW
from service.sync.collapse import sort_out
from service.sync.relay import relay
from service.sync.rounds import sync_once
from service.work import stale_outlooks
from service.work.outbox import Event
from service.work.tables import OutboxRow, StaleOutlookRow
from tests.service.builders_feeds import stored
from tests.service.builders_outside import Listener, Systems
from tests.service.builders_proposals import Desk, store_terms
from tests.service.conftest import NOW, FakeClock


@pytest.fixture
def planning(context: ServiceContext, systems: Systems, clock: FakeClock) -> Listener:
    with context.database.write() as session:
        store_terms(session, clock)
    return systems.listener()


def _types(planning: Listener) -> list[str]:
    return [event.type for event in planning.heard]


def _told_by_now(context: ServiceContext) -> None:
    while sync_once(context):
        pass


def test_an_approval_is_told_once_its_undo_window_is_over(
    context: ServiceContext, desk: Desk, planning: Listener, clock: FakeClock
) -> None:
    desk.recommend(100, "review")
    desk.decide(planner.approve)
    _told_by_now(context)
    assert _types(planning) == []
    clock.now += UNDO_WINDOW
    _told_by_now(context)
    assert _types(planning) == ["proposal.approved"]


def test_an_approval_that_was_taken_back_at_once_is_never_told_nor_its_taking_back(
    context: ServiceContext, desk: Desk, planning: Listener, clock: FakeClock
) -> None:
    desk.recommend(100, "review")
    desk.decide(planner.approve)
    clock.now += timedelta(seconds=3)
    desk.decide(planner.undo)
    clock.now += timedelta(minutes=1)
    _told_by_now(context)
    assert _types(planning) == []
    assert all(event.routed_at for event in stored(context, OutboxRow))


def test_a_quantity_that_is_changed_at_once_is_told_only_when_it_is_approved_in_turn(
    context: ServiceContext, desk: Desk, planning: Listener, clock: FakeClock
) -> None:
    desk.recommend(100, "review")
    desk.decide(planner.approve)
    clock.now += timedelta(seconds=3)
    desk.decide(planner.change_quantity, Decimal(125))
    clock.now += timedelta(seconds=3)
    desk.decide(planner.approve)
    clock.now += timedelta(minutes=1)
    _told_by_now(context)
    assert [(one.type, Decimal(one.body["quantity"])) for one in planning.heard] == [
        ("proposal.approved", Decimal(125))
    ]


def test_what_a_plan_changes_of_a_fresh_approval_is_told_as_the_approval(
    context: ServiceContext, desk: Desk, planning: Listener, clock: FakeClock
) -> None:
    desk.recommend(100, "review")
    desk.decide(planner.approve)
    clock.now += timedelta(seconds=3)
    desk.recommend(150)
    clock.now += timedelta(minutes=1)
    _told_by_now(context)
    assert [(one.type, Decimal(one.body["quantity"])) for one in planning.heard] == [
        ("proposal.approved", Decimal(150))
    ]


def test_an_approval_that_stood_and_is_taken_back_later_is_told_with_its_taking_back(
    context: ServiceContext, desk: Desk, planning: Listener, clock: FakeClock
) -> None:
    desk.recommend(100, "review")
    desk.decide(planner.approve)
    clock.now += timedelta(minutes=1)
    desk.decide(planner.reopen)
    _told_by_now(context)
    assert _types(planning) == ["proposal.approved", "proposal.changed"]


def test_what_waits_for_its_release_holds_back_what_follows_of_its_subject_only(
    context: ServiceContext, systems: Systems, planning: Listener, clock: FakeClock
) -> None:
    tomorrow = clock() + timedelta(days=1)
    held = Event("demand-signal.accepted", "A", {"step": 1}, release_not_before=tomorrow)
    systems.publish_event(held)
    systems.publish("A", step=2)
    systems.publish("B")
    _told_by_now(context)
    assert planning.subjects == ["B"]
    clock.now = tomorrow
    _told_by_now(context)
    assert planning.subjects == ["B", "A", "A"]


def test_the_outlook_of_what_a_proposal_went_through_is_told_anew(
    context: ServiceContext, desk: Desk, planning: Listener
) -> None:
    desk.recommend(100)
    assert stored(context, StaleOutlookRow) == []
    _told_by_now(context)
    with context.database.read() as session:
        assert [one.key for one in stale_outlooks.read(session, 10)] == [("BOTTLE", "UK")]
    assert _types(planning) == ["proposal.approved"]


def test_a_second_relay_leaves_the_first_alone(
    context: ServiceContext, systems: Systems, planning: Listener
) -> None:
    systems.publish("A")
    if context.database.is_sqlite:
        pytest.skip("on SQLite a writer waits for the one before it")
    with context.database.write() as first:
        assert relay(first, context.clock()) == 1
        with context.database.write() as second:
            assert relay(second, context.clock()) == 0
    _told_by_now(context)
    assert planning.subjects == ["A"]


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["approve", "take back", "amend", "reject", "acknowledge"]),
        st.integers(0, 20),
    ),
    max_size=8,
)


@given(_STEPS)
def test_nobody_hears_of_an_approval_that_did_not_outlast_its_window(
    steps: list[tuple[str, int]],
) -> None:
    now, events = NOW, []
    for what, seconds in steps:
        now += timedelta(seconds=seconds)
        events.append(_event(what, now))
    told = sort_out(events, now + timedelta(days=1)).told
    approvals = {one.event.event_id: one for one in told if one.type == "proposal.approved"}
    for this, following in pairwise(events):
        window_end = this.release_not_before
        if window_end is not None and following.occurred_at < window_end:
            assert this.event_id not in approvals
    assert [one.event.event_id for one in told] == sorted(one.event.event_id for one in told)


def _event(what: str, now: datetime) -> OutboxRow:
    types = {
        "approve": ("proposal.approved", "approved"),
        "take back": ("proposal.changed", "in_review"),
        "amend": ("proposal.changed", "approved"),
        "reject": ("proposal.rejected", "rejected"),
        "acknowledge": ("proposal.acknowledged", "acknowledged"),
    }
    type_, state = types[what]
    release = now + UNDO_WINDOW if what == "approve" else None
    return OutboxRow(
        event_id=new_id(),
        type=type_,
        schema_version=1,
        subject="PEG-1",
        body={"state": state},
        occurred_at=now,
        release_not_before=release,
    )
