import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from adapters.ports import Capabilities, Idempotency
from adapters.repetition import request_key
from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.proposals import planner
from service.proposals.leases import expire_claims
from service.sync.connections import Role
from service.sync.hand_offs import lease_length
from service.sync.rounds import sync_once
from service.sync.tables import ConnectionRow, HandOffRow
from service.sync.visit import Visit
from tests.service.builders_erp import FakeErp, Fault
from tests.service.builders_feeds import stored
from tests.service.builders_outside import Systems
from tests.service.builders_proposals import Desk, figures, store_terms
from tests.service.conftest import FakeClock

Pushed = Callable[..., FakeErp]


@pytest.fixture
def pushed(context: ServiceContext, systems: Systems, clock: FakeClock) -> Pushed:
    """Connect an ERP that we create documents in."""
    with context.database.write() as session:
        store_terms(session, clock)

    def connected(
        idempotency: Idempotency = Idempotency.SEARCH_FIRST, **options: object
    ) -> FakeErp:
        erp = FakeErp(clock, unique=idempotency is Idempotency.UNIQUE)
        capabilities = Capabilities(idempotency, **options)  # type: ignore[arg-type]  # by name
        systems.connect("erp", Role.ERP, {"push": True}, erp=erp, capabilities=capabilities)
        return erp

    return connected


def _time_passes(context: ServiceContext, clock: FakeClock, by: timedelta) -> None:
    """The worker sweeps and does its round."""
    clock.now += by
    with context.database.write() as session:
        expire_claims(session, clock())
    sync_once(context)


def test_an_approved_proposal_becomes_one_document_under_its_reference(
    context: ServiceContext, desk: Desk, pushed: Pushed
) -> None:
    erp = pushed()
    desk.recommend(100)
    sync_once(context)
    row = desk.proposal()
    assert erp.documents == [(row.external_ref, "R-1", Decimal(100))]
    assert figures(row, "state", "erp_number", "accepted_quantity") == ("acknowledged", "R-1", 100)
    assert row.taken_by == "erp"
    while sync_once(context):
        pass
    assert len(erp.asked) == 1


def test_where_only_a_look_up_tells_each_reference_is_looked_up_first(
    context: ServiceContext, desk: Desk, pushed: Pushed
) -> None:
    erp = pushed(Idempotency.SEARCH_FIRST)
    desk.recommend(100)
    sync_once(context)
    assert erp.looked_up == [desk.proposal().external_ref]


def test_a_refusal_comes_to_the_planner_in_the_words_of_the_erp(
    context: ServiceContext, desk: Desk, pushed: Pushed
) -> None:
    erp = pushed()
    erp.refusing = "The supplier is blocked."
    desk.recommend(100)
    sync_once(context)
    row = desk.proposal()
    assert row.state == "in_review"
    assert row.review_reason == "erp refused it: The supplier is blocked."


def test_what_was_refused_and_approved_again_is_another_offer_and_a_repetition_is_not(
    context: ServiceContext, desk: Desk, pushed: Pushed, clock: FakeClock
) -> None:
    erp = pushed()
    erp.refusing = "The supplier is blocked."
    desk.recommend(100)
    sync_once(context)
    erp.refusing = ""
    erp.faults = iter([Fault.DEATH_BEFORE])
    desk.plan(100)
    desk.decide(planner.approve)
    for _ in range(4):
        _time_passes(context, clock, timedelta(minutes=20))
    assert [one.offer for one in erp.asked] == [1, 2, 2]
    assert len({request_key(one) for one in erp.asked}) == 2
    assert (desk.proposal().state, len(erp.documents)) == ("acknowledged", 1)


def test_what_needs_a_supplier_and_has_none_is_refused_unasked(
    context: ServiceContext, desk: Desk, pushed: Pushed
) -> None:
    erp = pushed(Idempotency.UNIQUE, requires_supplier=True)
    desk.recommend(100, supplier_id=None)
    sync_once(context)
    assert erp.asked == []
    assert "needs a supplier" in str(desk.proposal().review_reason)


def test_an_erp_that_is_down_holds_one_batch_and_takes_it_when_it_is_back(
    context: ServiceContext, desk: Desk, pushed: Pushed, clock: FakeClock
) -> None:
    erp = pushed()
    erp.down = True
    desk.recommend(100)
    for _ in range(5):
        _time_passes(context, clock, timedelta(hours=2))
    assert desk.proposal().state in {"claimed", "unconfirmed"}
    erp.down = False
    for _ in range(3):
        _time_passes(context, clock, timedelta(minutes=20))
    assert desk.proposal().state == "acknowledged"
    assert len(erp.documents) == 1


def test_a_change_is_asked_for_and_its_number_stays(
    context: ServiceContext, desk: Desk, pushed: Pushed
) -> None:
    erp = pushed()
    desk.recommend(100)
    sync_once(context)
    desk.plan(0, surplus=40)
    assert desk.proposal().state == "change_requested"
    sync_once(context)
    row = desk.proposal()
    assert figures(row, "state", "erp_number", "accepted_quantity") == ("acknowledged", "R-1", 60)
    assert erp.documents == [(row.external_ref, "R-1", Decimal(60))]


def test_what_lies_where_the_erp_fetches_it_stays_claimed_for_its_time(
    context: ServiceContext, desk: Desk, pushed: Pushed, clock: FakeClock
) -> None:
    erp = pushed(Idempotency.CREATE_ONCE)
    erp.handing_over = True
    desk.recommend(100)
    sync_once(context)
    _time_passes(context, clock, timedelta(hours=71))
    assert desk.proposal().state == "claimed"
    assert len(erp.asked) == 1
    _time_passes(context, clock, timedelta(hours=2))
    assert len(erp.asked) == 2
    assert erp.asked[1].previously_taken


def test_an_answer_that_does_not_fit_is_shown_to_a_person(
    context: ServiceContext, desk: Desk, pushed: Pushed
) -> None:
    erp = pushed()
    desk.recommend(100)
    erp.documents.append((desk.proposal().external_ref, "R-9", Decimal(0)))
    sync_once(context)
    (finding,) = stored(context, ExceptionRow)
    assert finding.kind == "hand_off_contradicted"
    assert stored(context, HandOffRow)[0].status == "answered"


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NONE])
@pytest.mark.parametrize("idempotency", [Idempotency.SEARCH_FIRST, Idempotency.UNIQUE])
def test_one_document_per_reference_whatever_goes_wrong_once(
    desk: Desk, pushed: Pushed, fault: Fault, idempotency: Idempotency
) -> None:
    erp = pushed(idempotency)
    erp.faults = iter([fault])
    desk.recommend(100)
    sync_once(desk.context)
    for _ in range(8):
        _time_passes(desk.context, desk.clock, timedelta(minutes=10))
    row = desk.proposal()
    assert erp.number_of(row.external_ref) == 1
    assert (row.state, row.erp_number) == ("acknowledged", "R-1")


@pytest.mark.parametrize("seed", range(6))
def test_one_document_per_reference_whatever_goes_wrong_how_often(
    context: ServiceContext, desk: Desk, pushed: Pushed, clock: FakeClock, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  the same at every run
    erp = pushed(dice.choice([Idempotency.SEARCH_FIRST, Idempotency.UNIQUE]))
    erp.faults = iter([dice.choice(list(Fault)) for _ in range(25)])
    for item in range(6):
        desk.recommend(100 + item, item_id=f"ITEM-{item}")
    for _ in range(30):
        erp.down = dice.random() < 0.2
        _time_passes(context, clock, timedelta(seconds=dice.choice([1, 30, 300, 1200, 3600])))
    erp.down = False
    for _ in range(15):
        _time_passes(context, clock, timedelta(minutes=25))
    assert {row.state for row in desk.proposals()} == {"acknowledged"}
    assert [erp.number_of(row.external_ref) for row in desk.proposals()] == [1] * 6
    numbers = {ref: number for ref, number, _ in erp.documents}
    assert {row.external_ref: row.erp_number for row in desk.proposals()} == numbers


def test_two_workers_at_once_ask_for_nothing_twice(
    context: ServiceContext, desk: Desk, pushed: Pushed
) -> None:
    erp = pushed(Idempotency.SEARCH_FIRST)
    desk.recommend(100)
    erp.meanwhile = [lambda: sync_once(context)]
    sync_once(context)
    assert erp.number_of(desk.proposal().external_ref) == 1
    assert len(erp.asked) == 1


def test_a_claim_outlasts_whatever_may_still_come_of_a_call(
    context: ServiceContext, pushed: Pushed, systems: Systems
) -> None:
    pushed(Idempotency.SEARCH_FIRST)
    visit = Visit(stored(context, ConnectionRow)[0], systems.open["erp"])
    assert lease_length(visit) > visit.hold > timedelta(minutes=10)
