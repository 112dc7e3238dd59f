"""Exceptions repaired in the browser, and what each role may and may not do there."""

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect

from service.access.api_keys import Scope, create_key
from service.app import create_app
from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.feeds.outside_tables import OutsideForecastRow
from tests.service.browser.windows import PROPOSAL, OpenPage, log_in, ready, state_of, window
from tests.service.builders_feeds import Erp, item, location, stored
from tests.service.builders_signals import signal_json

pytestmark = pytest.mark.browser


@pytest.fixture
def mistyped(context: ServiceContext) -> str:
    """A signal whose product nobody knows waits as an exception; its page."""
    with context.database.write() as session:
        key = create_key(session, "crm", [Scope.SIGNALS_WRITE], context.clock())
    body = signal_json(account="NORTHGATE-GIFTS", product="85123-A", location="DC-UK")
    client = TestClient(create_app(context))
    answer = client.post(
        "/v1/demand-signals", json=body, headers={"Authorization": f"Bearer {key}"}
    )
    return f"/exceptions/{answer.json()['exception_id']}"


def test_a_planner_corrects_a_product_and_replays(open_page: OpenPage, mistyped: str) -> None:
    with open_page() as page:
        ready(page, "/exceptions")
        page.locator(f"a[href='{mistyped}']").first.click()
        page.get_by_label("product").fill("85123A")
        page.get_by_role("button", name="Replay").click()
        expect(page.get_by_text("This exception is closed.")).to_be_visible()


def test_a_correction_that_does_not_help_says_so(open_page: OpenPage, mistyped: str) -> None:
    with open_page() as page:
        ready(page, mistyped)
        page.get_by_label("product").fill("85123B")
        page.get_by_role("button", name="Replay").click()
        expect(page.get_by_text("still cannot be used")).to_be_visible()


def test_an_imported_forecast_waits_for_its_item_and_is_taken_when_it_is_there(
    open_page: OpenPage, context: ServiceContext
) -> None:
    with open_page() as page:
        ready(page, "/exceptions")
        page.get_by_role("row", name="foresight").get_by_role("link").click()
        expect(page.get_by_text("There is no item 'KETTLE'")).to_be_visible()
        page.get_by_role("button", name="Replay").click()
        expect(page.get_by_text("still cannot be used")).to_be_visible()
        Erp(context).send(FeedKind.ITEMS, item("KETTLE"))
        Erp(context).send(FeedKind.LOCATIONS, location("UK"))
        page.get_by_role("button", name="Replay").click()
        expect(page.get_by_text("This exception is closed.")).to_be_visible()
    (forecast,) = stored(context, OutsideForecastRow)
    assert forecast.item_id == "KETTLE"


def test_a_planner_is_not_offered_to_discard_and_a_lead_is(
    open_page: OpenPage, mistyped: str
) -> None:
    with open_page() as page:
        ready(page, mistyped)
        expect(page.get_by_role("button", name="Discard")).to_have_count(0)
    with open_page(login="lead") as page:
        ready(page, mistyped)
        page.locator("summary", has_text="Discard").click()
        page.locator("details[open] input[name=reason]").fill("sent twice by hand")
        page.get_by_role("button", name="Discard").last.click()
        expect(page.get_by_text("sent twice by hand")).to_be_visible()


def test_an_admin_looks_and_orders_nothing(open_page: OpenPage, context: ServiceContext) -> None:
    with open_page(login="admin") as page:
        ready(page, PROPOSAL)
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
        page.keyboard.press("a")
        expect(page.get_by_text("approved.")).to_have_count(0)
    assert state_of(context, "RQ-85123A-DC-UK") == "in_review"


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(
    browser: Browser, address: str
) -> None:
    with window(browser, address) as (page, _complaints):
        page.goto("/")
        page.get_by_label("Login").fill("planner")
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Approval queue")).to_have_count(0)
        expect(page.get_by_label("Password")).to_be_visible()


def test_who_has_logged_out_is_asked_again(open_page: OpenPage) -> None:
    with open_page() as page:
        page.get_by_role("button", name="Log out").click()
        page.goto("/queue")
        expect(page.get_by_label("Password")).to_be_visible()


def test_a_breach_of_the_policy_does_not_go_unseen(browser: Browser, address: str) -> None:
    with window(browser, address) as (page, complaints):
        log_in(page)
        page.evaluate(
            "() => { const bad = document.createElement('img'); bad.src = 'https://example.com/x';"
            " document.body.append(bad); }"
        )
        page.wait_for_timeout(300)
    assert any("policy breached: img-src" in said for said in complaints)
