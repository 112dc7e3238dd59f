from datetime import timedelta
from typing import Any

import pytest

from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind, FeedRow, Outcome, RowResult
from service.feeds.replay import replay_row, replays
from service.feeds.tables import AccountRow, SalesLineRow, StockPositionRow
from tests.service.builders_feeds import (
    FIRST,
    Erp,
    account,
    box,
    dirty,
    item,
    order,
    outcomes,
    purchase,
    sale,
    source,
    stock,
    stored,
    terms,
)

LATER = FIRST + timedelta(hours=1)


def exceptions(context: ServiceContext, state: str = "open") -> list[Any]:
    return [row for row in stored(context, ExceptionRow) if row.state == state]


def replay(context: ServiceContext, exception: Any) -> RowResult:
    with context.database.write() as session:
        return replay_row(
            session,
            exception.subject_type,
            exception.system,
            exception.payload,
            context.clock(),
        )


@pytest.mark.parametrize(
    ("kind", "row", "what"),
    [
        (FeedKind.SALES_LINES, sale(item_id="CUP"), "unknown_product"),
        (FeedKind.SALES_LINES, sale(location_id="EU"), "unknown_location"),
        (FeedKind.SALES_LINES, sale(unit="BOX"), "unknown_unit"),
        (FeedKind.STOCK_POSITIONS, stock(item_id="CUP"), "unknown_product"),
        (FeedKind.SUPPLIER_TERMS, terms(location_id="EU"), "unknown_location"),
        (FeedKind.OPEN_ORDERS, purchase(item_id="CUP"), "unknown_product"),
        (FeedKind.OPEN_ORDERS, order(unit="BOX"), "unknown_unit"),
        (FeedKind.ACCOUNTS, account(sourcing_location_id="EU"), "unknown_location"),
    ],
)
def test_a_row_about_something_unknown_is_kept(
    erp: Erp, context: ServiceContext, kind: FeedKind, row: FeedRow, what: str
) -> None:
    (answer,) = erp.send(kind, row)
    (kept,) = exceptions(context)
    assert (answer.result, answer.exception_id) == (Outcome.EXCEPTION, kept.exception_id)
    assert kept.kind == what
    assert answer.problem is not None
    assert answer.problem["remedy"] == kept.remedy


def test_a_row_about_something_unknown_spoils_no_other(erp: Erp, context: ServiceContext) -> None:
    rows = [sale("SO-1"), sale("SO-2", item_id="CUP"), sale("SO-3")]
    answers = erp.send(FeedKind.SALES_LINES, *rows)
    assert outcomes(answers) == [Outcome.STORED, Outcome.EXCEPTION, Outcome.STORED]
    assert [row.native_id for row in stored(context, SalesLineRow)] == ["SO-1", "SO-3"]


def test_a_sale_to_an_unknown_account_counts_as_demand(erp: Erp, context: ServiceContext) -> None:
    assert outcomes(erp.send(FeedKind.SALES_LINES, sale(account_id="NEW"))) == [Outcome.STORED]
    assert [row.account_id for row in stored(context, SalesLineRow)] == ["NEW"]
    assert exceptions(context) == []


def test_the_same_row_again_is_the_same_exception(erp: Erp, context: ServiceContext) -> None:
    (first,) = erp.send(FeedKind.SALES_LINES, sale(item_id="CUP"))
    (second,) = erp.send(FeedKind.SALES_LINES, sale(item_id="CUP"))
    assert first.exception_id == second.exception_id
    assert len(exceptions(context)) == 1


def test_once_the_item_is_known_the_replayed_row_is_stored(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.SALES_LINES, sale(quantity="7", item_id="CUP", sold_on=FIRST.date()))
    (kept,) = exceptions(context)
    erp.send(FeedKind.ITEMS, item("CUP"))
    assert replay(context, kept).result == Outcome.STORED
    assert [(row.item_id, row.quantity) for row in stored(context, SalesLineRow)] == [("CUP", 7)]
    assert dirty(context) == {("CUP", "UK"): True}
    assert exceptions(context) == []
    assert len(exceptions(context, "replayed")) == 1


def test_a_replay_that_finds_the_next_thing_unknown_says_so_in_the_same_exception(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.OPEN_ORDERS, order(item_id="CUP", unit="BOX"))
    (kept,) = exceptions(context)
    erp.send(FeedKind.ITEMS, item("CUP"))
    assert replay(context, kept).exception_id == kept.exception_id
    assert [row.kind for row in exceptions(context)] == ["unknown_unit"]
    erp.send(FeedKind.ITEMS, item("CUP", conversions=(box("12"),)))
    assert replay(context, kept).result == Outcome.STORED


def test_the_senders_corrected_row_ends_its_exception(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.SALES_LINES, sale(item_id="BOTLE"))
    assert outcomes(erp.send(FeedKind.SALES_LINES, sale())) == [Outcome.STORED]
    assert exceptions(context) == []


def test_codes_with_slashes_are_not_taken_for_each_other(erp: Erp, context: ServiceContext) -> None:
    rows = [terms("A/B", "C"), terms("A", "B/C"), terms("A%2FB", "C")]
    erp.send(FeedKind.SUPPLIER_TERMS, *rows)
    items = sorted(row.payload["item_id"] for row in exceptions(context))
    assert items == ["A", "A%2FB", "A/B"]


def test_an_older_row_does_not_end_the_exception_of_a_newer(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.SALES_LINES, sale(item_id="CUP", source=source("SO-1", LATER)))
    erp.send(FeedKind.SALES_LINES, sale(source=source("SO-1", FIRST)))
    assert len(exceptions(context)) == 1


def test_a_replayed_row_that_was_overtaken_changes_nothing(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.STOCK_POSITIONS, stock("1", item_id="CUP", source=source("1", FIRST)))
    (kept,) = exceptions(context)
    erp.send(FeedKind.ITEMS, item("CUP"))
    erp.send(FeedKind.STOCK_POSITIONS, stock("2", item_id="CUP", source=source("1", LATER)))
    assert replay(context, kept).result == Outcome.STALE
    assert [row.on_hand for row in stored(context, StockPositionRow)] == [2]


def test_every_kind_of_row_survives_the_queue(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.SUPPLIER_TERMS, terms("CUP"))
    erp.send(FeedKind.SALES_LINES, sale(item_id="CUP"))
    erp.send(FeedKind.STOCK_POSITIONS, stock(item_id="CUP"))
    erp.send(FeedKind.OPEN_ORDERS, purchase(item_id="CUP"), order(item_id="CUP"))
    erp.send(FeedKind.ITEMS, item("CUP"))
    kept = exceptions(context)
    assert [replay(context, one).result for one in kept] == [Outcome.STORED] * 5


def test_an_account_waits_for_the_location_that_supplies_it(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.ACCOUNTS, account(sourcing_location_id="EU"))
    assert stored(context, AccountRow) == []


def test_only_feed_rows_are_replayed_here() -> None:
    assert replays("sales_line")
    assert not replays("demand_signal")
