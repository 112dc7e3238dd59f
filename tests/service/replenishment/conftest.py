"""An ERP with a year of steady sales."""

from datetime import date, timedelta

import pytest

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.policies.versions import ensure_default
from tests.service.builders_feeds import Erp, account, item, location, sale, stock, terms


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """An ERP that has told of steady sales of bottles at UK since a year, and of little stock."""
    with context.database.write() as session:
        ensure_default(session, context.clock())
    erp = Erp(context)
    erp.send(FeedKind.LOCATIONS, location("UK"), location("FR"))
    erp.send(FeedKind.ITEMS, item("BOTTLE"))
    erp.send(FeedKind.ACCOUNTS, account("ACME"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms())
    erp.send(FeedKind.STOCK_POSITIONS, stock("40", as_of=context.clock()))
    days = [date(2011, 8, 28) - timedelta(days=back) for back in range(210)]
    erp.send(FeedKind.SALES_LINES, *(sale(f"SO-{day}", "10", sold_on=day) for day in days))
    return erp
