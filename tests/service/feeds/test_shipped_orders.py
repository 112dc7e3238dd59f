"""An order that is shipped before the ERP calls it done counts once."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.canonical.demand import SalesLine
from service.context import ServiceContext
from service.feeds.batches import FeedKind, Outcome, Removal, SnapshotPart
from service.feeds.tables import OpenSalesLineRow
from tests.service.builders_feeds import (
    Erp,
    clean,
    dirty,
    order,
    outcomes,
    sale,
    source,
    stored,
    terms,
)
from tests.service.conftest import NOW

TODAY = NOW.date()
EARLIER, LATER = NOW - timedelta(hours=2), NOW - timedelta(hours=1)


def ordered(quantity: str = "400", at: datetime | None = None, name: str = "SO-9") -> Any:
    return order(name, quantity, source=source(name, at))


def shipped(quantity: str, at: datetime | None = None, name: str = "D-1", **fields: Any) -> Any:
    told = {"order_line_id": "SO-9", "sold_on": TODAY, "source": source(name, at), **fields}
    return sale(name, quantity, **told)


def tell(erp: Erp, *rows: Any) -> None:
    """Send rows one by one, as they come."""
    for row in rows:
        is_sale = isinstance(row, SalesLine)
        erp.send(FeedKind.SALES_LINES if is_sale else FeedKind.OPEN_ORDERS, row)


def still_open(context: ServiceContext) -> list[Decimal]:
    """What counts of each open line."""
    rows = stored(context, OpenSalesLineRow)
    return [max(row.quantity_open - row.shipped_since, Decimal(0)) for row in rows]


@pytest.mark.parametrize("at", [None, LATER])
def test_what_is_shipped_leaves_the_order_until_the_erp_tells_of_it_again(
    erp: Erp, context: ServiceContext, at: datetime | None
) -> None:
    tell(erp, ordered("400", at and EARLIER), shipped("150", at))
    assert still_open(context) == [250]
    assert [row.quantity_open for row in stored(context, OpenSalesLineRow)] == [400]
    tell(erp, ordered("260", at and NOW))
    assert still_open(context) == [260]


def test_a_shipment_marks_the_key_of_the_order_also_where_it_left_from_elsewhere(
    context: ServiceContext,
) -> None:
    erp = Erp(context).stocked(places=("UK", "EU"))
    tell(erp, ordered())
    clean(context)
    tell(erp, shipped("400", location_id="EU"))
    assert dirty(context) == {("BOTTLE", "UK"): False, ("BOTTLE", "EU"): True}


def test_the_same_sales_line_twice_counts_once(erp: Erp, context: ServiceContext) -> None:
    tell(erp, ordered(), shipped("100"), shipped("100"))
    erp.send(FeedKind.SALES_LINES, shipped("100"), shipped("100"))
    assert still_open(context) == [300]


def test_a_corrected_sales_line_counts_its_difference(erp: Erp, context: ServiceContext) -> None:
    tell(erp, ordered(), shipped("100"), shipped("80"))
    assert still_open(context) == [320]


def test_a_sales_line_taken_back_or_moved_to_another_order_counts_no_more(
    erp: Erp, context: ServiceContext
) -> None:
    tell(erp, ordered("400"), ordered("50", name="SO-10"), shipped("30"))
    assert still_open(context) == [50, 370]
    tell(erp, shipped("30", order_line_id="SO-10"))
    assert still_open(context) == [20, 400]
    erp.send(FeedKind.SALES_LINES, Removal(SalesLine, source("D-1"), {}))
    assert still_open(context) == [50, 400]


def test_returns_do_not_open_an_order_again(erp: Erp, context: ServiceContext) -> None:
    tell(erp, ordered(), shipped("-20", name="R-1"), shipped("100"), shipped("-100", name="R-2"))
    assert still_open(context) == [300]
    tell(erp, shipped("500", name="D-2"))
    assert still_open(context) == [0]


def test_a_shipment_that_the_order_knows_of_is_not_taken_off_again(
    erp: Erp, context: ServiceContext
) -> None:
    tell(erp, ordered("250", LATER), shipped("150", EARLIER), shipped("150", LATER, "D-2"))
    assert still_open(context) == [250]


def test_sales_history_is_not_taken_off_the_orders_of_today(
    erp: Erp, context: ServiceContext
) -> None:
    yesterday = date(2011, 8, 28)
    tell(erp, ordered("250"), shipped("150", sold_on=yesterday))
    tell(erp, shipped("70", NOW, "D-2", sold_on=date(2011, 8, 1)))
    assert still_open(context) == [250]


def test_an_order_that_comes_after_its_shipment_counts_only_what_is_left(
    erp: Erp, context: ServiceContext
) -> None:
    tell(erp, shipped("150", LATER), ordered("400", EARLIER))
    assert still_open(context) == [250]


def test_an_order_without_a_time_that_comes_after_its_shipment_is_the_newer_word(
    erp: Erp, context: ServiceContext
) -> None:
    tell(erp, shipped("150"), ordered("250"))
    assert still_open(context) == [250]


def test_an_unchanged_order_is_told_anew_only_with_a_newer_time_or_without_one(
    erp: Erp, context: ServiceContext
) -> None:
    tell(erp, ordered("400", EARLIER), shipped("150", LATER), ordered("400", EARLIER))
    assert still_open(context) == [250]
    tell(erp, ordered("400", NOW))
    assert still_open(context) == [400]


def test_a_snapshot_of_undated_orders_is_their_newest_word(
    erp: Erp, context: ServiceContext
) -> None:
    tell(erp, ordered(), shipped("150"))
    clean(context)
    picture = SnapshotPart("S1", last=True)
    answers = erp.send(FeedKind.OPEN_ORDERS, ordered(), snapshot=picture)
    assert outcomes(answers) == [Outcome.UNCHANGED]
    assert still_open(context) == [400]
    assert dirty(context) == {("BOTTLE", "UK"): False}


def test_an_order_that_comes_back_begins_anew(erp: Erp, context: ServiceContext) -> None:
    tell(erp, ordered(), shipped("150"))
    erp.send(FeedKind.OPEN_ORDERS, Removal(type(ordered()), source("SO-9"), {}))
    tell(erp, ordered("30"))
    assert still_open(context) == [30]


def test_orders_of_another_system_are_others(erp: Erp, context: ServiceContext) -> None:
    tell(erp, ordered())
    line = shipped("150", source=source("D-1", system="shop"))
    Erp(context, "shop").send(FeedKind.SALES_LINES, line)
    assert still_open(context) == [400]


def test_a_shipment_of_a_deal_marks_its_item_where_the_deal_may_be_planned(
    context: ServiceContext,
) -> None:
    erp = Erp(context).stocked(places=("UK", "EU"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="EU"))
    erp.send(FeedKind.OPEN_ORDERS, order("SO-9", "400", opportunity_id="OPP-1"))
    clean(context)
    tell(erp, shipped("400"))
    assert dirty(context) == {("BOTTLE", "UK"): True, ("BOTTLE", "EU"): False}
