"""ERPs that make a document in steps, take only some kinds, or refuse what they had taken."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from adapters.canonical.proposal import ProposalKind
from adapters.ports import Capabilities, FlatRow, Idempotency, IncomingBatch, IncomingKind
from adapters.repetition import request_key
from service.context import ServiceContext
from service.proposals import planner
from service.sync.connections import Role
from service.sync.probe import described
from service.sync.rounds import sync_once
from service.sync.tables import ConnectionRow, HandOffRow
from tests.service.builders_erp import FakeErp, Fault
from tests.service.builders_feeds import stored
from tests.service.builders_outside import Shelf, Systems
from tests.service.builders_proposals import Desk, store_terms
from tests.service.conftest import FakeClock

Pushed = Callable[..., FakeErp]
MINUTES = timedelta(minutes=20)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def pushed(context: ServiceContext, systems: Systems, clock: FakeClock, shelf: Shelf) -> Pushed:
    """Connect an ERP that we create documents in, and that tells what became of them."""
    with context.database.write() as session:
        store_terms(session, clock)

    def connected(kinds: frozenset[ProposalKind] = frozenset(ProposalKind)) -> FakeErp:
        erp = FakeErp(clock)
        capabilities = Capabilities(Idempotency.SEARCH_FIRST, kinds=kinds)
        options = {"push": True, "reads": [IncomingKind.PROPOSAL_ANSWERS]}
        systems.connect("erp", Role.ERP, options, erp=erp, source=shelf, capabilities=capabilities)
        return erp

    return connected


def _rounds(context: ServiceContext, clock: FakeClock) -> None:
    clock.now += MINUTES
    while sync_once(context):
        pass


def _told(shelf: Shelf, answer: Mapping[str, Any]) -> None:
    rows = [FlatRow(1, answer)]
    reference = f"answers-{len(shelf.reports)}"
    shelf.batches.append(IncomingBatch(reference, IncomingKind.PROPOSAL_ANSWERS, rows))


def test_a_document_that_is_made_but_not_submitted_is_asked_for_again_and_not_made_twice(
    context: ServiceContext, desk: Desk, pushed: Pushed, clock: FakeClock
) -> None:
    erp = pushed()
    erp.faults = iter([Fault.TIME_OUT_AFTER])
    desk.recommend(100)
    sync_once(context)
    reference = desk.proposal().external_ref
    erp.unfinished.add(reference)
    _rounds(context, clock)
    assert [one.external_ref for one in erp.asked] == [reference, reference]
    assert (desk.proposal().state, desk.proposal().erp_number) == ("acknowledged", "R-1")
    assert erp.number_of(reference) == 1


def test_what_an_erp_does_not_carry_out_is_not_claimed_in_its_name(
    context: ServiceContext, desk: Desk, pushed: Pushed, clock: FakeClock
) -> None:
    erp = pushed(frozenset({ProposalKind.TRANSFER, ProposalKind.CANCEL}))
    desk.recommend(100)
    _rounds(context, clock)
    assert (desk.proposal().state, erp.asked) == ("approved", [])
    assert desk.claim()["proposals"] != []


def test_whoever_asks_is_told_which_kinds_an_erp_takes(
    context: ServiceContext, pushed: Pushed, systems: Systems
) -> None:
    pushed(frozenset(ProposalKind) - {ProposalKind.CANCEL_ORDER, ProposalKind.DEFER})
    with context.database.read() as session:
        said = list(described(session.get_one(ConnectionRow, "erp"), systems.open["erp"]))
    assert "It takes requisition, transfer, change, cancel, expedite." in said
    assert "Not pushed, since it does not take them: defer, cancel order." in said


def test_what_an_erp_had_taken_and_refuses_is_offered_once_more_and_late_words_do_no_harm(
    context: ServiceContext, desk: Desk, pushed: Pushed, shelf: Shelf, clock: FakeClock
) -> None:
    erp = pushed()
    desk.recommend(100)
    sync_once(context)
    reference = desk.proposal().external_ref
    erp.void(reference)
    no = {"external_ref": reference, "answer": "refused", "erp_number": "R-1"}
    _told(shelf, {**no, "reason": "rejected by Mary"})
    _rounds(context, clock)
    row = desk.proposal()
    assert row.state == "in_review"
    assert row.review_reason == "erp had it as R-1 and refused it: rejected by Mary"
    erp.documents.append(("another", "R-0", row.recommended_quantity))
    desk.plan(100)
    desk.decide(planner.approve)
    _told(shelf, {**no, "reason": "cancelled by Mary"})
    _rounds(context, clock)
    assert [request_key(one) for one in erp.asked] == [reference, f"{reference}#2"]
    assert (desk.proposal().state, desk.proposal().erp_number) == ("acknowledged", "R-2")
    _told(shelf, {**no, "reason": "cancelled by Mary"})
    _rounds(context, clock)
    assert desk.proposal().state == "acknowledged"
    assert [report.counts for report in shelf.reports] == [{"refused": 1}] * 3


def test_a_request_about_what_is_refused_is_asked_for_no_more(
    context: ServiceContext, desk: Desk, pushed: Pushed, shelf: Shelf, clock: FakeClock
) -> None:
    erp = pushed()
    desk.recommend(100)
    sync_once(context)
    erp.down = True
    desk.recommend(0, surplus=40)
    _rounds(context, clock)
    reference = desk.proposal().external_ref
    no = {"external_ref": reference, "answer": "refused", "erp_number": "R-1", "reason": "no"}
    _told(shelf, no)
    clock.now += MINUTES
    sync_once(context)
    erp.down = False
    _rounds(context, clock)
    assert desk.proposal().state == "in_review"
    assert sorted(row.status for row in stored(context, HandOffRow)) == ["answered", "lost"]
    assert [one.kind for one in erp.asked] == ["requisition"]


def test_what_was_refused_at_once_is_no_word_about_the_next_offer(
    context: ServiceContext, desk: Desk, pushed: Pushed, shelf: Shelf, clock: FakeClock
) -> None:
    erp = pushed()
    erp.refusing = "The supplier is blocked."
    desk.recommend(100)
    sync_once(context)
    no = {"external_ref": desk.proposal().external_ref, "answer": "refused", "reason": "blocked"}
    late = {**no, "erp_number": "R-0", "offer": 1}
    erp.refusing = ""
    desk.plan(100)
    desk.decide(planner.approve)
    erp.faults = iter([Fault.SERVER_ERROR_BEFORE])
    clock.now += MINUTES
    sync_once(context)
    _told(shelf, late)
    clock.now += timedelta(minutes=1)
    sync_once(context)
    assert (shelf.reports[-1].counts, desk.proposal().state) == ({"refused": 1}, "claimed")
    _rounds(context, clock)
    _told(shelf, late)
    _rounds(context, clock)
    assert (shelf.reports[-1].counts, desk.proposal().state) == ({"refused": 1}, "acknowledged")
    _told(shelf, {**no, "erp_number": "R-9", "offer": 3})
    _rounds(context, clock)
    assert (shelf.reports[-1].counts, desk.proposal().state) == ({"rejected": 1}, "acknowledged")
