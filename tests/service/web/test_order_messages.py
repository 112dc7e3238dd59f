"""Messages about purchase lines as planners meet them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.policies.versions import ensure_default
from service.proposals.tables import ProposalRow
from service.web.queue_counts import waiting
from tests.service.builders_feeds import Erp, account, item, location, purchase, sale, stock, terms
from tests.service.builders_people import put_people
from tests.service.builders_plan import plan, proposals
from tests.service.web.conftest import Browser, web_app

TODAY = date(2011, 8, 29)


@pytest.fixture
def message(context: ServiceContext) -> ProposalRow:
    """Bottles sell ten a day; forty are left, and more are due in a fortnight."""
    with context.database.write() as session:
        ensure_default(session, context.clock())
        put_people(session, context.clock())
    erp = Erp(context)
    erp.send(FeedKind.LOCATIONS, location("UK", name="Leeds"))
    erp.send(FeedKind.ITEMS, item("BOTTLE", description="Hot water bottle"))
    erp.send(FeedKind.ACCOUNTS, account("ACME"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms())
    erp.send(FeedKind.STOCK_POSITIONS, stock("40", as_of=context.clock()))
    days = [TODAY - timedelta(days=back) for back in range(1, 120)]
    erp.send(FeedKind.SALES_LINES, *(sale(f"SO-{day}", "10", sold_on=day) for day in days))
    erp.send(FeedKind.OPEN_ORDERS, purchase("PO-4711/10", "300", due_date=date(2011, 9, 12)))
    plan(context)
    return next(row for row in proposals(context) if row.kind == "expedite")


@pytest.fixture
def desk(context: ServiceContext, message: ProposalRow) -> Browser:
    browser = Browser(TestClient(web_app(context), follow_redirects=False))
    assert browser.log_in().status_code == 303
    assert message.state == "in_review"
    return browser


def test_the_queue_says_in_words_what_is_asked_of_a_line(desk: Browser) -> None:
    page = desk.get("/queue").text
    assert "Expedite erp/PO-4711/10 from 12 Sep 2011 to" in page
    assert "stock is projected to run out on 2 Sep 2011." in page


def test_the_queue_can_be_narrowed_to_a_kind(desk: Browser, message: ProposalRow) -> None:
    assert message.external_ref in desk.get("/queue?kind=expedite").text
    empty = desk.get("/queue?kind=defer").text
    assert message.external_ref not in empty
    assert "Clear the filter" in empty


def test_the_page_of_a_message_shows_the_projection_and_no_quantity_to_change(
    desk: Browser, message: ProposalRow
) -> None:
    page = desk.get(f"/proposals/{message.external_ref}").text
    assert "Projected stock on 12 Sep 2011, without this line" in page
    assert "First day without stock</dt><dd>2 Sep 2011" in page
    assert "Usual demand until 12 Sep 2011" in page
    assert "Approve: expedite" in page
    assert "Change quantity" not in page


def test_a_message_is_approved_on_its_page(
    desk: Browser, message: ProposalRow, context: ServiceContext
) -> None:
    path = f"/proposals/{message.external_ref}/approve"
    assert desk.send(path, {"version": message.row_version}).status_code == 303
    (row,) = [row for row in proposals(context) if row.kind == "expedite"]
    assert (row.state, row.approved_by) == ("approved", "planner")


def test_a_message_adds_nothing_to_the_value_that_waits(
    message: ProposalRow, context: ServiceContext
) -> None:
    with context.database.read() as session:
        waits = waiting(session, TODAY)
        orders = [row for row in proposals(context) if row.kind == "requisition"]
    in_review = [row for row in orders if row.state == "in_review"]
    worth = sum((row.recommended_quantity * (row.unit_price or 0) for row in in_review), Decimal(0))
    assert message.unit_price
    assert waits.proposals == len(in_review) + 1
    assert waits.value == pytest.approx(float(worth))
