"""The queue by keyboard, by mouse, and without scripts."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from service.context import ServiceContext
from service.proposals.tables import ProposalRow
from tests.service.browser.windows import PROPOSAL, REFUSED, OpenPage, ready, state_of, told

pytestmark = pytest.mark.browser


def test_a_planner_approves_by_keyboard_alone(open_page: OpenPage, context: ServiceContext) -> None:
    with open_page() as page:
        ready(page, "/queue")
        first = page.locator("[data-row]").first.locator("input[name=pick]")
        ref = (first.get_attribute("value") or "").partition(":")[0]
        page.keyboard.press("j")
        page.keyboard.press("a")
        expect(page.get_by_text("1 approved.")).to_be_visible()
    assert state_of(context, ref) == "approved"


def test_two_rows_are_picked_and_approved_by_keyboard(open_page: OpenPage) -> None:
    with open_page() as page:
        ready(page, "/queue")
        for key in ("j", "x", "j", "x"):
            page.keyboard.press(key)
        expect(page.get_by_text("2 picked")).to_be_visible()
        page.keyboard.press("a")
        expect(page.get_by_text("2 approved.")).to_be_visible()


def test_a_proposal_is_opened_changed_and_approved_by_keyboard(
    open_page: OpenPage, context: ServiceContext
) -> None:
    with open_page() as page:
        ready(page, PROPOSAL)
        page.keyboard.press("c")
        expect(page.get_by_label("Quantity, EA")).to_be_focused()
        page.keyboard.type("1248")
        expect(page.get_by_text("Worth GBP 8,986")).to_be_visible()
        page.keyboard.press("Enter")
        told(page, "has a new quantity")
        page.keyboard.press("a")
        expect(page.get_by_text("RQ-85123A-DC-UK approved.")).to_be_visible()
        assert state_of(context, "RQ-85123A-DC-UK") == "approved"
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("is as it was before")).to_be_visible()
    assert state_of(context, "RQ-85123A-DC-UK") == "in_review"


def test_a_refused_change_leads_to_the_field_to_mend(
    open_page: OpenPage, context: ServiceContext
) -> None:
    with context.database.read() as session:
        shown = select(ProposalRow.external_ref).where(ProposalRow.state == "in_review")
        ref = session.scalars(shown.where(ProposalRow.external_ref != "RQ-85123A-DC-UK")).first()
    with open_page(accepts=REFUSED) as page:
        ready(page, f"/proposals/{ref}")
        page.keyboard.press("c")
        page.keyboard.type("99984")
        page.keyboard.press("Enter")
        expect(page.get_by_text("A reason is needed.")).to_be_visible()
        expect(page.locator("details[open] input[name=reason]")).to_be_focused()


def test_a_batch_is_approved_and_undone(open_page: OpenPage) -> None:
    with open_page() as page:
        ready(page, "/queue")
        page.get_by_label("All on this page").check()
        page.get_by_role("button", name="Approve picked").click()
        page.get_by_role("button", name="Undo all").click()
        expect(page.get_by_text("taken back.")).to_be_visible()


def test_keys_can_be_switched_off_and_stay_off(open_page: OpenPage) -> None:
    with open_page() as page:
        ready(page, "/queue")
        page.keyboard.press("?")
        page.get_by_label("Single-key shortcuts").uncheck()
        page.get_by_role("button", name="Close").click()
        ready(page, "/queue")
        page.keyboard.press("j")
        expect(page.locator("[data-row]:focus-within")).to_have_count(0)


def test_typing_in_a_field_triggers_no_shortcut(open_page: OpenPage) -> None:
    with open_page() as page:
        ready(page, "/queue")
        page.keyboard.press("/")
        search = page.get_by_label("Search")
        expect(search).to_be_focused()
        page.keyboard.type("jar?")
        expect(search).to_have_value("jar?")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"text=jar%3F"))


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
    assert state_of(context, "RQ-85123A-DC-UK") == "rejected"
