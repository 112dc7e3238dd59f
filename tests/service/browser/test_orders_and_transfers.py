"""Supplier orders, transfers and messages about purchase lines, decided in the browser."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from service.context import ServiceContext
from service.proposals.tables import ProposalRow
from tests.service.browser.windows import SUPPLIER_ORDER, OpenPage, ready, state_of, told

pytestmark = pytest.mark.browser


def _approved(context: ServiceContext) -> int:
    """Lines of the supplier order that are approved."""
    row = ProposalRow
    with context.database.read() as session:
        return session.scalars(
            select(func.count()).where(
                row.supplier_id == "SUPPLIER-07",
                row.location_id == "DC-UK",
                row.state == "approved",
            )
        ).one()


def _ref(context: ServiceContext, kind: str) -> str:
    with context.database.read() as session:
        return session.scalars(
            select(ProposalRow.external_ref).where(ProposalRow.kind == kind)
        ).one()


@pytest.mark.parametrize("scripts", [True, False])
def test_all_of_a_supplier_order_is_approved_at_once(
    open_page: OpenPage, context: ServiceContext, scripts: bool
) -> None:
    before = _approved(context)
    with open_page(first="/supplier-orders", java_script_enabled=scripts) as page:
        page.get_by_role("row", name="Leeds").get_by_role("link", name="SUPPLIER-07").click()
        picks = page.locator("input[name=pick]:checked").count()
        assert picks > 20
        page.get_by_role("button", name="Approve picked").click()
        expect(page.get_by_text(f"{picks} approved.")).to_be_visible()
        expect(page.get_by_text("No line waits for an approval.")).to_be_visible()
    assert _approved(context) == before + picks


def test_a_planner_leaves_all_lines_but_one_and_says_it_in_the_count(
    open_page: OpenPage, context: ServiceContext
) -> None:
    before = _approved(context)
    with open_page() as page:
        ready(page, SUPPLIER_ORDER)
        page.get_by_label("All lines").uncheck()
        page.locator("input[name=pick]").first.check()
        expect(page.get_by_text("1 picked")).to_be_visible()
        page.get_by_role("button", name="Approve picked").click()
        expect(page.get_by_text("1 approved.")).to_be_visible()
    assert _approved(context) == before + 1


def test_the_queue_is_narrowed_to_transfers_and_one_is_rejected_with_a_reason(
    open_page: OpenPage, context: ServiceContext
) -> None:
    transfer = _ref(context, "transfer")
    with open_page() as page:
        _narrow(page, "Transfer")
        expect(page.locator("[data-row]")).to_have_count(1)
        expect(page.get_by_text("York shop → Bath shop")).to_be_visible()
        page.get_by_role("link", name="HOT WATER BOTTLE").click()
        told(page, "What York shop can spare")
        page.keyboard.press("r")
        page.keyboard.type("York needs them for its own fair")
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"{transfer} rejected.")).to_be_visible()
        expect(page.get_by_text("Nothing matches.")).to_be_visible()
        ready(page, f"/proposals/{transfer}")
        expect(page.get_by_text("York needs them for its own fair")).to_be_visible()
    assert state_of(context, transfer) == "rejected"


def test_a_message_about_a_purchase_line_is_found_by_its_kind_and_approved(
    open_page: OpenPage, context: ServiceContext
) -> None:
    message = _ref(context, "expedite")
    with open_page() as page:
        _narrow(page, "Expedite")
        page.get_by_role("link", name="BONE CHINA TEACUP").click()
        expect(page.get_by_role("button", name="Change quantity")).to_have_count(0)
        page.get_by_role("button", name="Approve: expedite to").click()
        expect(page.get_by_text(f"{message} approved.")).to_be_visible()
    assert state_of(context, message) == "approved"


def _narrow(page: Page, kind: str) -> None:
    page.get_by_label("Kind").select_option(label=kind)
    page.get_by_role("button", name="Apply").click()
