"""The ERP's own order points are kept in base units and make a plan anew."""

from decimal import Decimal

from adapters.canonical.supply import OrderPoint
from service.context import ServiceContext
from service.feeds.batches import FeedKind, Outcome, Removal, SnapshotPart
from service.feeds.tables import OrderPointRow
from tests.service.builders_feeds import (
    Erp,
    box,
    clean,
    dirty,
    item,
    order_point,
    outcomes,
    source,
    stored,
)


def _figures(context: ServiceContext) -> list[tuple[Decimal, Decimal, Decimal | None, bool]]:
    return [
        (row.minimum_quantity, row.target_quantity, row.maximum_quantity, row.gone)
        for row in stored(context, OrderPointRow)
    ]


def test_an_order_point_is_kept_and_its_key_is_planned_anew(
    erp: Erp, context: ServiceContext
) -> None:
    clean(context)
    assert outcomes(erp.send(FeedKind.ORDER_POINTS, order_point())) == [Outcome.STORED]
    assert _figures(context) == [(Decimal(20), Decimal(100), Decimal(300), False)]
    assert dirty(context) == {("BOTTLE", "UK"): False}
    clean(context)
    assert outcomes(erp.send(FeedKind.ORDER_POINTS, order_point())) == [Outcome.UNCHANGED]
    assert dirty(context) == {}


def test_an_order_point_told_in_another_unit_is_kept_in_base_units(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.ITEMS, item(conversions=(box("12"),)))
    erp.send(FeedKind.ORDER_POINTS, order_point(None, unit="BOX"))
    assert _figures(context) == [(Decimal(240), Decimal(1200), None, False)]


def test_an_order_point_of_what_is_unknown_waits(erp: Erp) -> None:
    results = erp.send(FeedKind.ORDER_POINTS, order_point(location_id="MOON"))
    assert outcomes(results) == [Outcome.EXCEPTION]


def test_what_a_snapshot_leaves_out_and_what_is_taken_back_is_gone(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.ORDER_POINTS, order_point())
    erp.send(FeedKind.ORDER_POINTS, snapshot=SnapshotPart("monday", last=True))
    assert _figures(context)[0][3]
    erp.send(FeedKind.ORDER_POINTS, order_point())
    gone = Removal(OrderPoint, source("OP-1"), {"item_id": "BOTTLE", "location_id": "UK"})
    erp.send(FeedKind.ORDER_POINTS, gone)
    assert _figures(context)[0][3]
