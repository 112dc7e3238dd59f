from datetime import timedelta
from decimal import Decimal

import pytest

from adapters.canonical.supply import StockPosition
from service.context import ServiceContext
from service.feeds.batches import FeedKind, FeedRow, Removal, SnapshotPart
from service.feeds.tables import TransferLaneRow
from tests.service.builders_feeds import (
    FIRST,
    Erp,
    account,
    box,
    clean,
    dirty,
    item,
    location,
    order,
    purchase,
    sale,
    source,
    stock,
    stored,
    terms,
)
from tests.service.builders_network import lane

KEY = ("BOTTLE", "UK")


@pytest.mark.parametrize(
    ("kind", "row", "refit"),
    [
        (FeedKind.SALES_LINES, sale(), True),
        (FeedKind.SUPPLIER_TERMS, terms(), True),
        (FeedKind.STOCK_POSITIONS, stock(), False),
        (FeedKind.OPEN_ORDERS, purchase(), False),
        (FeedKind.OPEN_ORDERS, order(), False),
    ],
    ids=["sales line", "terms", "stock", "open purchase", "open sale"],
)
def test_a_new_row_marks_its_key_and_the_same_again_marks_nothing(
    erp: Erp, context: ServiceContext, kind: FeedKind, row: FeedRow, refit: bool
) -> None:
    erp.send(kind, row)
    assert dirty(context) == {KEY: refit}
    clean(context)
    erp.send(kind, row)
    assert dirty(context) == {}


def test_a_price_asks_for_no_new_baseline_but_a_lead_time_does(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.SUPPLIER_TERMS, terms())
    clean(context)
    erp.send(FeedKind.SUPPLIER_TERMS, terms(unit_price=Decimal(3)))
    assert dirty(context) == {KEY: False}
    erp.send(FeedKind.SUPPLIER_TERMS, terms(lead_time_days=21))
    assert dirty(context) == {KEY: True}


def test_a_line_that_moves_marks_where_it_was_and_where_it_is(context: ServiceContext) -> None:
    erp = Erp(context).stocked(places=("UK", "EU"))
    erp.send(FeedKind.SALES_LINES, sale())
    clean(context)
    erp.send(FeedKind.SALES_LINES, sale(location_id="EU"))
    assert dirty(context) == {("BOTTLE", "UK"): True, ("BOTTLE", "EU"): True}


def test_a_fresh_count_of_the_same_stock_marks_its_key(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.STOCK_POSITIONS, stock())
    clean(context)
    erp.send(FeedKind.STOCK_POSITIONS, stock(as_of=FIRST + timedelta(days=1)))
    assert dirty(context) == {KEY: False}


def test_stock_taken_back_marks_its_key(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.STOCK_POSITIONS, stock())
    clean(context)
    key = {"item_id": "BOTTLE", "location_id": "UK"}
    erp.send(FeedKind.STOCK_POSITIONS, Removal(StockPosition, source("BOTTLE/UK"), key))
    assert dirty(context) == {KEY: False}


def test_an_items_units_mark_all_its_keys_its_description_none(context: ServiceContext) -> None:
    erp = Erp(context).stocked(("BOTTLE", "CUP"), ("UK", "EU"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms(), terms("CUP"))
    erp.send(FeedKind.STOCK_POSITIONS, stock(location_id="EU"))
    clean(context)
    erp.send(FeedKind.ITEMS, item(description="Hot water bottle"))
    assert dirty(context) == {}
    erp.send(FeedKind.ITEMS, item(conversions=(box("12"),)))
    assert dirty(context) == {("BOTTLE", "UK"): False, ("BOTTLE", "EU"): False}


def test_a_location_marks_its_keys_only_when_it_goes(context: ServiceContext) -> None:
    erp = Erp(context).stocked(places=("UK", "EU"))
    erp.send(FeedKind.STOCK_POSITIONS, stock(), stock(location_id="EU"))
    clean(context)
    erp.send(FeedKind.LOCATIONS, location("UK", name="Main warehouse"))
    assert dirty(context) == {}
    gone = Removal(type(location()), source("UK"), {"location_id": "UK"})
    erp.send(FeedKind.LOCATIONS, gone)
    assert dirty(context) == {KEY: False}


def test_accounts_and_rejected_rows_mark_nothing(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.ACCOUNTS, account(sourcing_location_id="UK"))
    erp.send(FeedKind.SALES_LINES, sale(item_id="NOTHING"))
    erp.send(FeedKind.SALES_LINES, sale(source=source("SO-1", system="old-erp")))
    assert dirty(context) == {}


def test_a_lane_for_all_items_marks_what_is_stocked_sold_or_bought_at_its_ends(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.LOCATIONS, location("FR"), location("DE"))
    erp.send(FeedKind.ITEMS, item("CUP"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms())
    erp.send(FeedKind.SALES_LINES, sale(item_id="CUP", location_id="FR"))
    erp.send(FeedKind.STOCK_POSITIONS, stock(location_id="DE"))
    clean(context)
    erp.send(FeedKind.TRANSFER_LANES, lane("UK", "FR"))
    assert dirty(context) == {("BOTTLE", "UK"): True, ("CUP", "FR"): True}
    clean(context)
    erp.send(FeedKind.TRANSFER_LANES, lane("UK", "FR"))
    assert dirty(context) == {}


def test_a_lane_that_moves_marks_its_ends_before_and_after(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.LOCATIONS, location("FR"), location("DE"))
    erp.send(FeedKind.TRANSFER_LANES, lane("UK", "FR", item_id="BOTTLE", source=source("L")))
    clean(context)
    erp.send(FeedKind.TRANSFER_LANES, lane("UK", "DE", item_id="BOTTLE", source=source("L")))
    assert set(dirty(context)) == {("BOTTLE", place) for place in ("UK", "FR", "DE")}


def test_a_lane_that_a_snapshot_does_not_name_is_gone(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.LOCATIONS, location("FR"))
    erp.send(FeedKind.TRANSFER_LANES, lane("UK", "FR", item_id="BOTTLE"))
    clean(context)
    whole = SnapshotPart(snapshot_id="lanes-1", part=1, last=True)
    erp.send(FeedKind.TRANSFER_LANES, lane("FR", "UK", item_id="BOTTLE"), snapshot=whole)
    assert [row.gone for row in stored(context, TransferLaneRow)] == [False, True]
    assert set(dirty(context)) == {("BOTTLE", "UK"), ("BOTTLE", "FR")}
