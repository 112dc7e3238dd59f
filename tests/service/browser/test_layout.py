"""What a page looks like: never wider than its window, readable for everyone, kept as a picture."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FloatRect, Page, expect
from sqlalchemy import select

from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.proposals.tables import ProposalRow
from service.replenishment.tables import CurrentRecommendationRow
from tests.service.browser.windows import NOT_FOUND, PROPOSAL, SUPPLIER_ORDER, OpenPage
from tests.service.builders_pages import OVERRIDDEN

pytestmark = pytest.mark.browser

PAGES = {
    "queue": "/queue",
    "queue-of-transfers": "/queue?kind=transfer",
    "queue-of-nothing": "/queue?state=snoozed",
    "proposal": PROPOSAL,
    "transfer": "/proposals/{transfer}",
    "order-beside-transfer": "/proposals/{order}",
    "order-message": "/proposals/{expedite}",
    "supplier-orders": "/supplier-orders",
    "supplier-order": SUPPLIER_ORDER,
    "recommendations": "/recommendations",
    "recommendation": "/recommendations/{recommendation}",
    "overrides": "/overrides",
    "exceptions": "/exceptions",
    "exception": "/exceptions/{exception}",
    "deliveries": "/deliveries",
    "data-age": "/data-age",
    "opportunity": "/opportunities/crm/OPP-300",
    "opportunity-covered": "/opportunities/crm/OPP-301",
    "api": "/docs",
    "problem": "/proposals/NOBODY-KNOWS-IT",
}
_SCREENSHOTS = Path("var/screenshots")
_PICTURED = {1440: "desktop", 390: "phone"}
_WIDTHS = (*_PICTURED, 768, 320)
_EXAMINED = ((1440, "light"), (390, "dark"))
"""Both schemes and both layouts once: axe takes its time."""
_DEFECTS = ("serious", "critical")
_TALLEST = 6000
"""Pixels; the reference of the API alone is longer, and looks the same all the way down."""


@pytest.fixture(scope="module")
def names(shared_context: ServiceContext) -> dict[str, str]:
    """What stands for the names in ``PAGES``."""
    key = CurrentRecommendationRow.item_id, CurrentRecommendationRow.location_id
    with shared_context.database.read() as session:
        rows = session.scalars(select(ProposalRow).where(ProposalRow.item_id != "85123A"))
        told = {row.kind: row.external_ref for row in rows}
        order = select(ProposalRow.external_ref).where(
            ProposalRow.kind == "requisition", ProposalRow.location_id == OVERRIDDEN[1]
        )
        recommendation = select(CurrentRecommendationRow.recommendation_id).where(
            key[0] == OVERRIDDEN[0], key[1] == OVERRIDDEN[1]
        )
        exception = select(ExceptionRow.exception_id).where(ExceptionRow.kind == "unknown_product")
        return {
            **told,
            "order": str(session.scalar(order)),
            "recommendation": str(session.scalar(recommendation)),
            "exception": str(session.scalar(exception)),
        }


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_window_and_shuts_nobody_out(
    shared_page: OpenPage, names: dict[str, str], name: str
) -> None:
    accepts = NOT_FOUND if name == "problem" else ""
    with shared_page(first=PAGES[name].format(**names), accepts=accepts) as page:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in _WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                wider = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
                assert wider <= 0, f"at {width}"
                if width in _PICTURED:
                    if (width, scheme) in _EXAMINED:
                        assert _defects(page) == [], f"at {width}, {scheme}"
                    _keep(page, f"{name}-{_PICTURED[width]}-{scheme}")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_folded_menu_of_a_phone_leads_everywhere(shared_page: OpenPage, scripts: bool) -> None:
    phone = {"viewport": {"width": 320, "height": 800}, "java_script_enabled": scripts}
    with shared_page(**phone) as page:
        for label in ("Supplier orders", "Overrides", "Deliveries", "Data age", "API"):
            expect(page.get_by_role("link", name=label, exact=True)).to_have_count(0)
            page.get_by_text("Menu", exact=True).click()
            page.get_by_role("link", name=label, exact=True).click()
            expect(page.locator("h1")).to_be_visible()
        page.goto("/overrides")
        page.get_by_text("Menu", exact=True).click()
        expect(page.get_by_role("link", name="Overrides", exact=True)).to_be_in_viewport()
        _keep(page, "menu-phone-light")


def test_whatever_has_the_focus_shows_it(shared_page: OpenPage) -> None:
    with shared_page(first=SUPPLIER_ORDER) as page:
        for _ in range(20):
            page.keyboard.press("Tab")
            style = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert style != "none", page.evaluate("() => document.activeElement.outerHTML")


def _defects(page: Page) -> list[tuple[str, str]]:
    """What shuts somebody out, as axe finds it."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in _DEFECTS]


def _keep(page: Page, name: str) -> None:
    """The page as a picture, for people to look at."""
    _SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture = _SCREENSHOTS / f"{name}.png"
    tall = page.evaluate("() => document.documentElement.scrollHeight")
    width = page.evaluate("() => innerWidth")
    clip = FloatRect(x=0, y=0, width=width, height=min(tall, _TALLEST))
    page.screenshot(path=picture, full_page=True, clip=clip)
    assert picture.stat().st_size > 10_000
