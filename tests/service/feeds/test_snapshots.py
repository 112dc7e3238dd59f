from datetime import timedelta

import pytest

from adapters.canonical.supply import StockPosition
from service.context import ServiceContext
from service.feeds.batches import (
    FeedKind,
    FeedRow,
    OrderKind,
    Outcome,
    RowResult,
    SnapshotPart,
    UnreadableRow,
)
from service.feeds.tables import (
    ItemRow,
    OpenPurchaseLineRow,
    OpenSalesLineRow,
    SnapshotMemberRow,
    SnapshotRow,
    StockPositionRow,
)
from service.http.problems import Problem
from tests.service.builders_feeds import (
    Erp,
    clean,
    dirty,
    item,
    order,
    outcomes,
    purchase,
    sale,
    stock,
    stored,
)
from tests.service.conftest import FakeClock


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """An ERP with three items in two warehouses, all counted once."""
    erp = Erp(context).stocked(("BOTTLE", "CUP", "JUG"), ("UK", "EU"))
    counts = [
        stock(item_id=item, location_id=place)
        for item in ("BOTTLE", "CUP", "JUG")
        for place in ("UK", "EU")
    ]
    erp.send(FeedKind.STOCK_POSITIONS, *counts)
    clean(context)
    return erp


def picture(
    erp: Erp, *items: FeedRow | str, part: int = 1, last: bool = False, **scope: tuple[str, ...]
) -> list[RowResult]:
    """Send a part of the snapshot 'S1' of stock at UK."""
    told = SnapshotPart("S1", part, last, scope.get("locations", ("UK",)))
    rows = [stock(item_id=row) if isinstance(row, str) else row for row in items]
    return erp.send(FeedKind.STOCK_POSITIONS, *rows, snapshot=told)


def gone(context: ServiceContext) -> list[tuple[str, str]]:
    return [(row.item_id, row.location_id) for row in stored(context, StockPositionRow) if row.gone]


def test_absence_counts_only_when_the_last_part_closes_the_snapshot(
    erp: Erp, context: ServiceContext
) -> None:
    picture(erp, "BOTTLE")
    assert gone(context) == []
    picture(erp, "CUP", part=2, last=True)
    assert gone(context) == [("JUG", "UK")]
    assert dirty(context) == {("JUG", "UK"): False}
    assert stored(context, SnapshotMemberRow) == []


def test_parts_may_come_in_any_order(erp: Erp, context: ServiceContext) -> None:
    picture(erp, "CUP", part=3, last=True)
    picture(erp, part=1)
    assert gone(context) == []
    picture(erp, "BOTTLE", part=2)
    assert gone(context) == [("JUG", "UK")]


def test_a_part_delivered_twice_is_harmless(erp: Erp, context: ServiceContext) -> None:
    picture(erp, "BOTTLE")
    assert outcomes(picture(erp, "BOTTLE")) == [Outcome.UNCHANGED]
    picture(erp, "CUP", part=2, last=True)
    late = picture(erp, stock("1", item_id="BOTTLE"))
    assert outcomes(late) == [Outcome.STALE]
    assert gone(context) == [("JUG", "UK")]


def test_a_closed_snapshot_takes_no_further_part(erp: Erp, context: ServiceContext) -> None:
    picture(erp, "BOTTLE", "CUP", "JUG", last=True)
    with pytest.raises(Problem) as refused:
        picture(erp, "BOTTLE", part=2)
    assert (refused.value.status, refused.value.body["detail"]) == (409, "It is closed.")
    assert gone(context) == []


def test_a_snapshot_of_one_warehouse_says_nothing_of_another(
    erp: Erp, context: ServiceContext
) -> None:
    picture(erp, last=True)
    assert gone(context) == [("BOTTLE", "UK"), ("CUP", "UK"), ("JUG", "UK")]


def test_a_snapshot_without_locations_covers_the_whole_system(
    erp: Erp, context: ServiceContext
) -> None:
    picture(erp, "BOTTLE", last=True, locations=())
    assert len(gone(context)) == 5


@pytest.mark.usefixtures("erp")
def test_a_snapshot_says_nothing_of_another_systems_rows(context: ServiceContext) -> None:
    told = SnapshotPart("S1", 1, last=True)
    Erp(context, "old-erp").send(FeedKind.STOCK_POSITIONS, snapshot=told)
    assert gone(context) == []


def test_a_row_outside_of_the_scope_is_rejected(erp: Erp) -> None:
    answers = picture(erp, stock("9", location_id="EU"), stock("9"))
    assert outcomes(answers) == [Outcome.REJECTED, Outcome.STORED]


def test_what_came_in_after_the_snapshot_began_is_newer_than_the_picture(
    erp: Erp, context: ServiceContext, clock: FakeClock
) -> None:
    picture(erp, "BOTTLE")
    clock.now += timedelta(minutes=5)
    erp.send(FeedKind.STOCK_POSITIONS, stock("12", item_id="JUG"))
    picture(erp, part=2, last=True)
    assert gone(context) == [("CUP", "UK")]


def test_a_row_with_a_fault_is_present_all_the_same(erp: Erp, context: ServiceContext) -> None:
    named = {"item_id": "CUP", "location_id": "UK"}
    faulty = UnreadableRow({"title": "no number"}, StockPosition, named)
    unknown_unit = stock(item_id="JUG", unit="PALLET")
    answers = picture(erp, "BOTTLE", faulty, unknown_unit, last=True)
    assert outcomes(answers) == [Outcome.UNCHANGED, Outcome.REJECTED, Outcome.EXCEPTION]
    assert gone(context) == []


def test_when_a_row_cannot_be_identified_absence_proves_nothing(
    erp: Erp, context: ServiceContext
) -> None:
    picture(erp, "BOTTLE", UnreadableRow({"title": "no object"}), last=True)
    assert gone(context) == []
    (snapshot,) = stored(context, SnapshotRow)
    assert snapshot.closed_at is not None
    assert snapshot.gone_count is None


def test_a_gone_position_comes_back_with_the_next_picture(
    erp: Erp, context: ServiceContext
) -> None:
    picture(erp, last=True)
    told = SnapshotPart("S2", 1, last=True, locations=("UK",))
    rows = [stock(item_id=code) for code in ("BOTTLE", "CUP", "JUG")]
    erp.send(FeedKind.STOCK_POSITIONS, *rows, snapshot=told)
    assert gone(context) == []


def test_open_orders_of_one_kind_may_be_pictured_alone(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.OPEN_ORDERS, purchase("1"), purchase("2"), order("1"), order("2"))
    told = SnapshotPart("O1", 1, last=True, order_kinds=(OrderKind.PURCHASE,))
    answers = erp.send(FeedKind.OPEN_ORDERS, purchase("2"), order("2"), snapshot=told)
    assert outcomes(answers) == [Outcome.UNCHANGED, Outcome.REJECTED]
    assert [row.gone for row in stored(context, OpenPurchaseLineRow)] == [True, False]
    assert [row.gone for row in stored(context, OpenSalesLineRow)] == [False, False]


def test_a_purchase_line_and_a_sales_line_may_share_a_number(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.OPEN_ORDERS, purchase("1"), order("1"))
    erp.send(FeedKind.OPEN_ORDERS, order("1"), snapshot=SnapshotPart("O1", 1, last=True))
    assert [row.gone for row in stored(context, OpenPurchaseLineRow)] == [True]
    assert [row.gone for row in stored(context, OpenSalesLineRow)] == [False]


def test_an_item_that_a_picture_of_all_items_lacks_is_gone_and_its_keys_are_dirty(
    erp: Erp, context: ServiceContext
) -> None:
    told = SnapshotPart("I1", 1, last=True)
    erp.send(FeedKind.ITEMS, item("BOTTLE"), item("CUP"), snapshot=told)
    assert [row.item_id for row in stored(context, ItemRow) if row.gone] == ["JUG"]
    assert dirty(context) == {("JUG", "UK"): False, ("JUG", "EU"): False}


def test_sales_lines_are_no_picture(erp: Erp) -> None:
    with pytest.raises(Problem) as refused:
        erp.send(FeedKind.SALES_LINES, sale(), snapshot=SnapshotPart("S1"))
    assert refused.value.status == 422


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SnapshotPart("S1", 2, last=True), SnapshotPart("S1", 3, last=True)),
        (SnapshotPart("S1", 2, last=True), SnapshotPart("S1", 3)),
        (SnapshotPart("S1", 3), SnapshotPart("S1", 2, last=True)),
        (SnapshotPart("S1", 1), SnapshotPart("S1", 2, locations=("UK",))),
    ],
    ids=["two last parts", "beyond the last", "last below another", "another scope"],
)
def test_parts_that_contradict_each_other_are_refused(
    erp: Erp, first: SnapshotPart, second: SnapshotPart
) -> None:
    erp.send(FeedKind.STOCK_POSITIONS, snapshot=first)
    with pytest.raises(Problem) as refused:
        erp.send(FeedKind.STOCK_POSITIONS, snapshot=second)
    assert refused.value.status == 409


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (FeedKind.STOCK_POSITIONS, SnapshotPart("S1", locations=("MOON",))),
        (FeedKind.ITEMS, SnapshotPart("S1", locations=("UK",))),
        (FeedKind.ITEMS, SnapshotPart("S1", order_kinds=(OrderKind.SALES,))),
    ],
    ids=["unknown location", "items have no location", "items have no kind"],
)
def test_a_scope_that_makes_no_sense_is_refused(
    erp: Erp, kind: FeedKind, part: SnapshotPart
) -> None:
    with pytest.raises(Problem) as refused:
        erp.send(kind, snapshot=part)
    assert refused.value.status == 422
