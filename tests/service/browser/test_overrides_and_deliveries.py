"""Forecast overrides made and withdrawn, failed deliveries tried again, late data noticed."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from service.context import ServiceContext
from service.forecasts.tables import ForecastOverrideRow
from service.sync.rounds import sync_once
from service.work.tables import DeliveryRow
from tests.service.browser.windows import PROPOSAL, OpenPage, ready
from tests.service.builders_feeds import stored
from tests.service.builders_pages import PLANNING, REFUSED

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False])
def test_a_forecast_is_overridden_and_the_override_withdrawn(
    open_page: OpenPage, context: ServiceContext, scripts: bool
) -> None:
    with open_page(first=PROPOSAL, java_script_enabled=scripts) as page:
        page.get_by_text("Override the forecast").click()
        page.get_by_label("Expected").fill("1,250")
        page.get_by_role("textbox", name="Reason").last.fill("Shops open on Sunday")
        page.get_by_role("button", name="Override").click()
        expect(page.get_by_text("The forecast is overridden")).to_be_visible()
        expect(page.get_by_text("1,250 a week")).to_be_visible()
        page.locator("summary", has_text="Withdraw").click()
        page.get_by_label("Reason").locator("visible=true").fill("They stay closed")
        page.get_by_role("button", name="Withdraw from today on").click()
        expect(page.get_by_text("The override is withdrawn")).to_be_visible()
        expect(page.get_by_text("They stay closed")).to_be_visible()
    with context.database.read() as session:
        row = session.scalars(
            select(ForecastOverrideRow).where(ForecastOverrideRow.item_id == "85123A")
        ).one()
        assert (row.author, row.end_reason) == ("planner", "They stay closed")


def test_the_overrides_in_force_lead_to_what_is_recommended(open_page: OpenPage) -> None:
    with open_page() as page:
        ready(page, "/overrides")
        expect(page.get_by_text("HOT WATER BOTTLE at Bath shop: 125 %")).to_be_visible()
        page.get_by_role("link", name="HOT WATER BOTTLE").click()
        expect(page.get_by_text("Trade fair in Bath").first).to_be_visible()


def _refused(context: ServiceContext) -> dict[str, str]:
    """How the deliveries that the planning system refused stand now."""
    rows = stored(context, DeliveryRow)
    return {
        row.subject: row.status
        for row in rows
        if row.connection == PLANNING and row.subject in REFUSED
    }


def test_a_failed_delivery_is_tried_again_and_then_taken(
    open_page: OpenPage, context: ServiceContext
) -> None:
    first, second = REFUSED
    with open_page() as page:
        ready(page, "/deliveries")
        refused = page.get_by_role("article", name=first)
        expect(refused.get_by_text(f"says: no, {first}")).to_be_visible()
        refused.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("It is tried again now.")).to_be_visible()
        sync_once(context)
        ready(page, "/deliveries")
        expect(page.get_by_role("article", name=first)).to_have_count(0)
        expect(page.get_by_role("article", name=second)).to_be_visible()
    assert _refused(context) == {first: "delivered", second: "failed"}


def test_a_lead_gives_a_delivery_up_with_a_reason(
    open_page: OpenPage, context: ServiceContext
) -> None:
    with open_page(login="lead") as page:
        ready(page, "/deliveries")
        refused = page.get_by_role("article", name=REFUSED[0])
        refused.locator("summary", has_text="Give up").click()
        refused.get_by_label("Reason").fill("It is told by telephone")
        refused.get_by_role("button", name="Give up").click()
        expect(page.get_by_text("It is given up.")).to_be_visible()
    assert _refused(context)[REFUSED[0]] == "abandoned"


def test_the_queue_tells_of_late_data_and_leads_to_its_age(open_page: OpenPage) -> None:
    with open_page() as page:
        expect(page.get_by_text("Late: stock positions from wms.")).to_be_visible()
        page.get_by_role("link", name="See how old the data is").click()
        expect(page.get_by_role("row", name="wms")).to_contain_text("1 open proposal")
        expect(page.get_by_text("it tells of is 20 Aug 2011, 9 days ago")).to_be_visible()
