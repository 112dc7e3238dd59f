"""A signal marks what it changes: also where orders name it, and what was shipped before."""

from datetime import date
from typing import Any

import pytest

from service.context import ServiceContext
from service.feeds.batches import FeedKind, FeedRow
from tests.service.builders_feeds import Erp, account, clean, dirty, order, sale
from tests.service.builders_signals import deliver, signal

UK, FR = ("BOTTLE", "UK"), ("BOTTLE", "FR")
IN_WINDOW = date(2011, 9, 5)


def orders(context: ServiceContext, kind: FeedKind, *rows: FeedRow) -> None:
    """Orders that came before the signal; nothing is dirty after."""
    Erp(context).send(kind, *rows)
    clean(context)


def marked(context: ServiceContext, **fields: Any) -> dict[tuple[str, str], bool]:
    """What a signal marks when nothing was dirty before."""
    clean(context)
    deliver(context, signal(**fields))
    return dirty(context)


def won(version: int = 2, **fields: Any) -> dict[str, Any]:
    return {"source_version": version, "status": "won", "win_probability": "1", **fields}


def test_an_open_order_elsewhere_that_names_the_opportunity_is_marked(
    shelves: ServiceContext,
) -> None:
    orders(shelves, FeedKind.OPEN_ORDERS, order(location_id="FR", opportunity_id="OPP-1"))
    assert marked(shelves) == {UK: False, FR: False}
    assert marked(shelves, source_version=2, win_probability="0.6") == {UK: False}
    assert marked(shelves, source_version=3, status="lost") == {UK: False, FR: False}
    assert marked(shelves, source_version=4, status="deleted") == {UK: False}


def test_a_signal_without_orders_asks_for_no_new_baseline(shelves: ServiceContext) -> None:
    orders(shelves, FeedKind.SALES_LINES, sale(account_id="ACME"), sale(opportunity_id="OPP-2"))
    assert marked(shelves) == {UK: False}
    assert marked(shelves, **won()) == {UK: False}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "won", "win_probability": "1"},
        {"status": "lost"},
        {"quantity_basis": "total"},
        {"quantity": 500},
        {"delivery_window": {"start": "2011-09-02", "end": "2011-09-30"}},
        {"account": "BIG"},
    ],
)
def test_what_was_shipped_under_the_opportunity_leaves_or_enters_the_baseline(
    shelves: ServiceContext, change: dict[str, Any]
) -> None:
    Erp(shelves).send(FeedKind.ACCOUNTS, account("BIG"))
    orders(shelves, FeedKind.SALES_LINES, sale(location_id="FR", opportunity_id="OPP-1"))
    assert marked(shelves) == {UK: False, FR: True}
    assert marked(shelves, source_version=2, stage="proposal") == {UK: False}
    assert marked(shelves, **{"source_version": 3, **change}) == {UK: False, FR: True}


def test_a_change_of_item_concerns_what_was_shipped_of_both(shelves: ServiceContext) -> None:
    lines = [
        sale("1", opportunity_id="OPP-1"),
        sale("2", item_id="WINE", location_id="FR", opportunity_id="OPP-1"),
    ]
    orders(shelves, FeedKind.SALES_LINES, *lines)
    assert marked(shelves) == {UK: True}
    expected = {UK: True, ("WINE", "UK"): False, ("WINE", "FR"): True}
    assert marked(shelves, source_version=2, product="WINE") == expected


def test_a_deal_that_shipped_before_it_was_won_leaves_the_baseline_and_returns_when_lost(
    shelves: ServiceContext,
) -> None:
    orders(shelves, FeedKind.SALES_LINES, sale(account_id="ACME", sold_on=IN_WINDOW))
    assert marked(shelves) == {UK: False}
    assert marked(shelves, **won()) == {UK: True}
    assert marked(shelves, **won(3, stage="signed")) == {UK: False}
    assert marked(shelves, source_version=4, status="lost") == {UK: True}


@pytest.mark.parametrize(
    "fields",
    [
        {"account_id": "OTHER"},
        {"location_id": "FR"},
        {"item_id": "WINE"},
        {"sold_on": date(2011, 10, 1)},
        {"sold_on": date(2011, 8, 31)},
        {"opportunity_id": "OPP-2"},
    ],
)
def test_what_cannot_belong_to_the_won_line_stays_in_the_baseline(
    shelves: ServiceContext, fields: dict[str, Any]
) -> None:
    line: dict[str, Any] = {"account_id": "ACME", "sold_on": IN_WINDOW, **fields}
    orders(shelves, FeedKind.SALES_LINES, sale(**line))
    assert marked(shelves, **won()) == {UK: False}


def test_a_won_line_that_moves_concerns_where_it_was_and_where_it_is(
    shelves: ServiceContext,
) -> None:
    told: dict[str, Any] = {"account_id": "ACME", "sold_on": IN_WINDOW}
    lines = [sale("1", **told), sale("2", location_id="FR", **told)]
    orders(shelves, FeedKind.SALES_LINES, *lines)
    assert marked(shelves, **won()) == {UK: True}
    assert marked(shelves, **won(3, location="FR")) == {UK: True, FR: True}
