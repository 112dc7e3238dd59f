"""What browser tests share: windows that watch for breaches, and where a page stands."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from service.context import ServiceContext
from service.proposals.tables import ProposalRow
from tests.service.builders_people import PASSWORD

PROPOSAL = "/proposals/RQ-85123A-DC-UK"
SUPPLIER_ORDER = "/supplier-orders/lines?supplier=SUPPLIER-07&location=DC-UK"
REFUSED = "status of 422"
NOT_FOUND = "status of 404"
OpenPage = Callable[..., AbstractContextManager[Page]]

_REPORT_BREACHES = """
document.addEventListener("securitypolicyviolation", (breach) => {
  console.error(`policy breached: ${breach.violatedDirective} ${breach.blockedURI}`);
});
"""


@contextmanager
def window(browser: Browser, address: str, **settings: Any) -> Iterator[tuple[Page, list[str]]]:
    """A window, and what its console, its scripts and its security policy complained of so far."""
    shown = browser.new_context(base_url=address, **settings)
    page = shown.new_page()
    page.add_init_script(_REPORT_BREACHES)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page, complaints
    finally:
        shown.close()


def opener(browser: Browser, address: str, tokens: Mapping[str, str]) -> OpenPage:
    """Opens windows for people who have logged in before.

    Whatever the console says, or the security policy, fails the test that opened the window,
    unless it ``accepts`` it: Chromium tells the console of answers like 404.
    """

    @contextmanager
    def opened(
        *, login: str = "planner", first: str = "/queue", accepts: str = "", **settings: Any
    ) -> Iterator[Page]:
        with window(browser, address, **settings) as (page, complaints):
            page.context.add_cookies([{"name": "pegline", "value": tokens[login], "url": address}])
            page.goto(first)
            yield page
            page.wait_for_load_state()
        assert [said for said in complaints if not (accepts and accepts in said)] == []

    return opened


def log_in(page: Page, login: str = "planner") -> None:
    """Log in over the page, as a person does."""
    page.goto("/")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Approval queue")).to_be_visible()


def ready(page: Page, path: str) -> None:
    """Go to ``path`` and wait until its script has run."""
    page.goto(path)
    _takes_keys(page)


def told(page: Page, text: str) -> None:
    """Wait until a page that was led to says ``text``, and until its script has run."""
    expect(page.get_by_text(text)).to_be_visible()
    _takes_keys(page)


def _takes_keys(page: Page) -> None:
    expect(page.locator("html[data-ready]")).to_be_attached()


def state_of(context: ServiceContext, ref: str) -> str:
    """The proposal's state as stored."""
    with context.database.read() as session:
        state = session.scalar(select(ProposalRow.state).where(ProposalRow.external_ref == ref))
    return state or ""
