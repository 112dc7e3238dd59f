from datetime import timedelta

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from tests.service.builders_feeds import Erp, stock
from tests.service.conftest import NOW
from tests.service.web.conftest import Browser


def test_without_data_the_page_says_so(planner: Browser) -> None:
    assert "No system has sent anything yet." in planner.get("/data-age").text


def test_the_queue_is_silent_about_data_that_is_fresh(
    planner: Browser, context: ServiceContext
) -> None:
    Erp(context).stocked().send(FeedKind.STOCK_POSITIONS, stock(as_of=NOW))
    assert "Late:" not in planner.get("/queue").text
    assert "late</span>" not in planner.get("/data-age").text


def test_the_queue_warns_of_late_data_and_links_to_its_age(
    planner: Browser, context: ServiceContext
) -> None:
    counted = NOW - timedelta(days=9)
    Erp(context).stocked().send(FeedKind.STOCK_POSITIONS, stock(as_of=counted))
    queue = planner.get("/queue").text
    assert "Late: stock positions from erp." in queue
    assert '<a href="/data-age">See how old the data is</a>' in queue
    page = planner.get("/data-age").text
    assert "late</span>" in page
    assert "The newest day it tells of is 20 Aug 2011, 9 days ago." in page
    assert '<a href="/data-age" aria-current="page">' in page
