"""What only a browser can tell: keys, focus, layout, and that nothing breaks the strict policy."""

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from service.context import ServiceContext
from service.database.engine import Database
from service.proposals.tables import ProposalRow
from service.settings import Settings
from tests.service.builders_queue import put_full_queue
from tests.service.builders_web import PASSWORD, put_company, put_locations, put_people
from tests.service.conftest import FakeClock
from tests.service.web.chromium import chromium
from tests.service.web.conftest import web_app

pytestmark = pytest.mark.browser

PROPOSAL = "/proposals/RQ-85123A-DC-UK"
PAGES = (
    "/queue",
    PROPOSAL,
    "/recommendations",
    "/exceptions",
    "/docs",
    "/opportunities/crm/OPP-2041",
)
OpenPage = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def context(sqlite_template: Path, tmp_path: Path, clock: FakeClock) -> Iterator[ServiceContext]:
    """SQLite only: the browser does not know the difference."""
    shutil.copy(sqlite_template, tmp_path / "pegline.db")
    database = Database(f"sqlite:///{tmp_path / 'pegline.db'}")
    with database.write() as session:
        put_company(session, "Demo. Suppliers, stock and opportunities are made up.")
        put_people(session, clock())
        put_locations(session, clock())
        put_full_queue(session, 60, clock())
    yield ServiceContext(
        settings=Settings(data_dir=tmp_path), database=database, clock=clock, ring=lambda: None
    )
    database.close()


@pytest.fixture
def address(context: ServiceContext) -> Iterator[str]:
    """The pages on a free port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(web_app(context), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> OpenPage:
    """A planner's browser window; console errors and breaches of the policy fail the test."""

    @contextmanager
    def window(*, accepts_refusals: bool = False, **settings: Any) -> Iterator[Page]:
        shown = browser.new_context(base_url=address, **settings)
        page = shown.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/")
        page.get_by_label("Login").fill("planner")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Approval queue")).to_be_visible()
        yield page
        shown.close()
        refusals = [said for said in complaints if "status of 422" in said]
        assert complaints == (refusals if accepts_refusals else [])

    return window


def _state(context: ServiceContext, ref: str) -> str:
    with context.database.read() as session:
        return session.query(ProposalRow.state).filter_by(external_ref=ref).one()[0]


def _ready(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator("html[data-ready]")).to_be_attached()


def test_a_planner_approves_by_keyboard_alone(open_page: OpenPage, context: ServiceContext) -> None:
    with open_page() as page:
        _ready(page, "/queue")
        first = page.locator("[data-row]").first.locator("input[name=pick]")
        ref = (first.get_attribute("value") or "").partition(":")[0]
        page.keyboard.press("j")
        page.keyboard.press("a")
        expect(page.get_by_text("1 approved.")).to_be_visible()
    assert _state(context, ref) == "approved"


def test_two_rows_are_picked_and_approved_by_keyboard(open_page: OpenPage) -> None:
    with open_page() as page:
        _ready(page, "/queue")
        for key in ("j", "x", "j", "x"):
            page.keyboard.press(key)
        expect(page.get_by_text("2 picked")).to_be_visible()
        page.keyboard.press("a")
        expect(page.get_by_text("2 approved.")).to_be_visible()


def test_a_proposal_is_opened_changed_and_approved_by_keyboard(
    open_page: OpenPage, context: ServiceContext
) -> None:
    with open_page() as page:
        _ready(page, PROPOSAL)
        page.keyboard.press("c")
        expect(page.get_by_label("Quantity, EA")).to_be_focused()
        page.keyboard.type("1248")
        expect(page.get_by_text("Worth GBP 8,986")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_text("has a new quantity")).to_be_visible()
        page.keyboard.press("a")
        expect(page.get_by_text("RQ-85123A-DC-UK approved.")).to_be_visible()
        assert _state(context, "RQ-85123A-DC-UK") == "approved"
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("is as it was before")).to_be_visible()
    assert _state(context, "RQ-85123A-DC-UK") == "in_review"


def test_a_refused_change_leads_to_the_field_to_mend(
    open_page: OpenPage, context: ServiceContext
) -> None:
    with context.database.read() as session:
        shown = select(ProposalRow.external_ref).where(ProposalRow.state == "in_review")
        ref = session.scalars(shown.where(ProposalRow.external_ref != "RQ-85123A-DC-UK")).first()
    with open_page(accepts_refusals=True) as page:
        _ready(page, f"/proposals/{ref}")
        page.keyboard.press("c")
        page.keyboard.type("99984")
        page.keyboard.press("Enter")
        expect(page.get_by_text("A reason is needed.")).to_be_visible()
        expect(page.locator("details[open] input[name=reason]")).to_be_focused()


def test_a_batch_is_approved_and_undone(open_page: OpenPage) -> None:
    with open_page() as page:
        _ready(page, "/queue")
        page.get_by_label("All on this page").check()
        page.get_by_role("button", name="Approve picked").click()
        page.get_by_role("button", name="Undo all").click()
        expect(page.get_by_text("taken back.")).to_be_visible()


def test_keys_can_be_switched_off_and_stay_off(open_page: OpenPage) -> None:
    with open_page() as page:
        _ready(page, "/queue")
        page.keyboard.press("?")
        page.get_by_label("Single-key shortcuts").uncheck()
        page.get_by_role("button", name="Close").click()
        _ready(page, "/queue")
        page.keyboard.press("j")
        expect(page.locator("[data-row]:focus-within")).to_have_count(0)


def test_typing_in_a_field_triggers_no_shortcut(open_page: OpenPage) -> None:
    with open_page() as page:
        _ready(page, "/queue")
        page.keyboard.press("/")
        search = page.get_by_label("Search")
        expect(search).to_be_focused()
        page.keyboard.type("jar?")
        expect(search).to_have_value("jar?")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"text=jar%3F"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 320])
def test_no_page_is_wider_than_the_window(open_page: OpenPage, width: int, scheme: str) -> None:
    with open_page(viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        for path in PAGES:
            _ready(page, path)
            wider = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, f"{path} at {width}"


def test_everything_is_decided_without_scripts(
    open_page: OpenPage, context: ServiceContext
) -> None:
    with open_page(java_script_enabled=False) as page:
        page.get_by_label("Search").fill("heart")
        page.get_by_role("button", name="Apply").click()
        page.locator("[data-row] input[name=pick]").first.check()
        page.get_by_role("button", name="Approve picked").click()
        expect(page.get_by_text("1 approved.")).to_be_visible()
        page.goto(PROPOSAL)
        page.get_by_role("button", name="Reopen for review").click()
        page.get_by_text("Change quantity").click()
        page.get_by_label("Quantity, EA").fill("1300")
        page.get_by_role("button", name="Change", exact=True).click()
        expect(page.get_by_text("delivers in multiples of 24")).to_be_visible()
        page.locator("summary", has_text="Reject").click()
        page.locator("details[open] input[name=reason]").fill("no room")
        page.get_by_role("button", name="Reject").last.click()
        expect(page.get_by_text("RQ-85123A-DC-UK rejected.")).to_be_visible()
    assert _state(context, "RQ-85123A-DC-UK") == "rejected"
