from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from decimal import Decimal

import pytest

from adapters.canonical.demand import OpenSalesLine
from service.context import ServiceContext
from service.feeds.batches import FeedBatch, FeedKind, Outcome, Removal
from service.feeds.intake import take
from service.feeds.tables import ItemRow, OpenSalesLineRow, SalesLineRow, StockPositionRow
from tests.service.builders_feeds import (
    FIRST,
    Erp,
    item,
    order,
    outcomes,
    sale,
    source,
    stock,
    stored,
)

LATER = FIRST + timedelta(hours=1)


def test_the_same_line_twice_is_stored_once(erp: Erp, context: ServiceContext) -> None:
    assert outcomes(erp.send(FeedKind.SALES_LINES, sale())) == [Outcome.STORED]
    assert outcomes(erp.send(FeedKind.SALES_LINES, sale())) == [Outcome.UNCHANGED]
    assert len(stored(context, SalesLineRow)) == 1


def test_an_older_version_after_a_newer_is_stale(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.SALES_LINES, sale(quantity="7", source=source("SO-1", LATER)))
    late = sale(quantity="5", source=source("SO-1", FIRST))
    assert outcomes(erp.send(FeedKind.SALES_LINES, late)) == [Outcome.STALE]
    assert [row.quantity for row in stored(context, SalesLineRow)] == [Decimal(7)]


def test_without_a_time_of_change_the_last_delivery_counts(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.SALES_LINES, sale(quantity="7", source=source("SO-1", LATER)))
    assert outcomes(erp.send(FeedKind.SALES_LINES, sale(quantity="5"))) == [Outcome.STORED]
    assert [row.quantity for row in stored(context, SalesLineRow)] == [Decimal(5)]


def test_of_two_versions_in_one_batch_the_newer_counts(erp: Erp, context: ServiceContext) -> None:
    newer = sale(quantity="7", source=source("SO-1", LATER))
    older = sale(quantity="5", source=source("SO-1", FIRST))
    answers = erp.send(FeedKind.SALES_LINES, newer, older, newer)
    assert outcomes(answers) == [Outcome.STORED, Outcome.STALE, Outcome.UNCHANGED]
    assert [row.quantity for row in stored(context, SalesLineRow)] == [Decimal(7)]


def test_the_same_content_under_a_newer_version_moves_only_the_version(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.SALES_LINES, sale(source=source("SO-1", FIRST)))
    same = sale(source=source("SO-1", LATER))
    assert outcomes(erp.send(FeedKind.SALES_LINES, same)) == [Outcome.UNCHANGED]
    assert [row.changed_at for row in stored(context, SalesLineRow)] == [LATER]


def test_a_count_of_stock_older_than_the_one_stored_is_stale(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.STOCK_POSITIONS, stock("140", as_of=LATER))
    assert outcomes(erp.send(FeedKind.STOCK_POSITIONS, stock("90"))) == [Outcome.STALE]
    assert [row.on_hand for row in stored(context, StockPositionRow)] == [Decimal(140)]


def test_a_line_taken_back_is_gone_and_comes_back_when_sent_again(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.OPEN_ORDERS, order())
    taken_back = Removal(OpenSalesLine, source("SO-9"), {})
    assert outcomes(erp.send(FeedKind.OPEN_ORDERS, taken_back)) == [Outcome.STORED]
    assert [row.gone for row in stored(context, OpenSalesLineRow)] == [True]
    assert outcomes(erp.send(FeedKind.OPEN_ORDERS, taken_back)) == [Outcome.UNCHANGED]
    assert outcomes(erp.send(FeedKind.OPEN_ORDERS, order())) == [Outcome.STORED]
    assert [row.gone for row in stored(context, OpenSalesLineRow)] == [False]


def test_taking_back_what_was_never_told_changes_nothing(erp: Erp, context: ServiceContext) -> None:
    never_told = Removal(OpenSalesLine, source("SO-404"), {})
    assert outcomes(erp.send(FeedKind.OPEN_ORDERS, never_told)) == [Outcome.UNCHANGED]
    assert stored(context, OpenSalesLineRow) == []


@pytest.mark.usefixtures("erp")
def test_an_object_of_another_system_is_left_alone(context: ServiceContext) -> None:
    intruder = Erp(context, "old-erp")
    theirs = item(description="theirs", source=source("BOTTLE", system="old-erp"))
    (answer,) = intruder.send(FeedKind.ITEMS, theirs)
    assert answer.result == Outcome.REJECTED
    assert answer.problem is not None
    assert "'erp'" in answer.problem["detail"]
    assert [row.description for row in stored(context, ItemRow)] == [""]


def test_a_row_of_another_system_than_its_batch_is_rejected(erp: Erp) -> None:
    foreign = sale(source=source("SO-1", system="old-erp"))
    answers = erp.send(FeedKind.SALES_LINES, foreign, sale("SO-2"))
    assert outcomes(answers) == [Outcome.REJECTED, Outcome.STORED]


def test_the_base_unit_of_an_item_is_fixed(erp: Erp, context: ServiceContext) -> None:
    (answer,) = erp.send(FeedKind.ITEMS, item(base_unit="KG"))
    assert answer.result == Outcome.REJECTED
    assert answer.problem is not None
    assert answer.problem["pointer"] == "/rows/0/base_unit"
    assert [row.base_unit for row in stored(context, ItemRow)] == ["EA"]


def test_of_two_batches_at_the_same_time_the_newer_version_counts(
    erp: Erp, context: ServiceContext
) -> None:
    newer = sale(quantity="7", source=source("SO-1", LATER))
    older = sale(quantity="5", source=source("SO-1", FIRST))
    with ThreadPoolExecutor(1) as pool:
        with context.database.write() as session:
            batch = FeedBatch(erp.system, FeedKind.SALES_LINES, [newer])
            assert outcomes(take(session, batch, context.clock())) == [Outcome.STORED]
            second = pool.submit(erp.send, FeedKind.SALES_LINES, older)
            wait([second], timeout=0.2)
            assert not second.done()
        assert outcomes(second.result(10)) == [Outcome.STALE]
    assert [row.quantity for row in stored(context, SalesLineRow)] == [Decimal(7)]
