import re
from datetime import timedelta

import pytest

from adapters.ports import Failure, OutsideSystem
from service.context import ServiceContext
from service.sync.rounds import sync_once
from service.work.tables import DeliveryRow
from tests.service.builders_feeds import stored
from tests.service.builders_outside import Listener, Systems, outside_of
from tests.service.conftest import FakeClock
from tests.service.web.conftest import Browser


@pytest.fixture
def opened() -> dict[str, OutsideSystem]:
    return {}


@pytest.fixture
def context(context: ServiceContext, opened: dict[str, OutsideSystem]) -> ServiceContext:
    object.__setattr__(context, "outside", outside_of(opened))
    return context


@pytest.fixture
def failing(
    context: ServiceContext, clock: FakeClock, opened: dict[str, OutsideSystem]
) -> Listener:
    """A planning system that said no to an event of OPP-1 and of OPP-2."""
    systems = Systems(context, clock, opened)
    planning = systems.listener()
    for subject in ("OPP-1", "OPP-2"):
        planning.failing[subject] = Failure.REJECTED
        systems.publish(subject)
    sync_once(context)
    planning.failing.clear()
    return planning


def test_without_connected_systems_the_page_says_how_to_connect_one(planner: Browser) -> None:
    assert "replenish connect" in planner.get("/deliveries").text
    assert 'href="/deliveries"' in planner.get("/queue").text


def test_a_stranger_sees_nothing(stranger: Browser) -> None:
    assert stranger.get("/deliveries").status_code == 303


def test_what_a_system_refused_stands_there_in_its_words(
    planner: Browser, failing: Listener
) -> None:
    page = planner.get("/deliveries").text
    assert "planning says: no, OPP-1" in page
    assert "Try all 2 again" in page
    assert "Give up" not in page
    assert failing.heard == []


def test_one_delivery_and_all_of_them_are_tried_again(
    planner: Browser, failing: Listener, context: ServiceContext
) -> None:
    action = re.search(
        r'action="(/deliveries/[0-9a-f-]{36}/retry)"', planner.get("/deliveries").text
    )
    assert action is not None
    assert planner.send(action.group(1), {}).status_code == 303
    sync_once(context)
    assert failing.subjects == ["OPP-1"]
    assert planner.send("/deliveries/retry", {"connection": "planning"}).status_code == 303
    sync_once(context)
    assert failing.subjects == ["OPP-1", "OPP-2"]
    assert "says:" not in planner.get("/deliveries").text


def test_only_leads_and_admins_give_up_and_only_with_a_reason(
    stranger: Browser, failing: Listener, context: ServiceContext
) -> None:
    first = stored(context, DeliveryRow)[0]
    address = f"/deliveries/{first.delivery_id}/abandon"
    stranger.log_in("planner")
    assert stranger.send(address, {"reason": "a test"}).status_code == 403
    stranger.log_in("lead")
    assert stranger.send(address, {"reason": " "}).status_code == 422
    assert stranger.send(address, {"reason": "a test"}).status_code == 303
    assert stored(context, DeliveryRow)[0].status == "abandoned"
    assert failing.heard == []


def test_a_form_from_elsewhere_tries_nothing_again(
    planner: Browser, failing: Listener, context: ServiceContext
) -> None:
    foreign = "not-of-this-session"
    answer = planner.send("/deliveries/retry", {"connection": "planning"}, token=foreign)
    assert answer.status_code == 403
    sync_once(context)
    assert failing.heard == []


def test_a_system_that_does_not_answer_is_shown_with_its_trouble(
    planner: Browser, failing: Listener, context: ServiceContext, clock: FakeClock
) -> None:
    failing.failing["OPP-1"] = Failure.TEMPORARY
    planner.send("/deliveries/retry", {"connection": "planning"})
    clock.now += timedelta(seconds=1)
    failing.failing["OPP-2"] = Failure.TEMPORARY
    sync_once(context)
    page = planner.get("/deliveries").text
    assert "does not answer" in page
    assert "1 call without success" in page
