from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.ports import (
    Capabilities,
    FlatRow,
    Idempotency,
    IncomingBatch,
    IncomingKind,
    PortError,
)
from adapters.ports import Failure as PortFailure
from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.feeds.tables import FeedArrivalRow, ItemRow, SalesLineRow, StockPositionRow
from service.signals.tables import DemandSignalRow
from service.sync.connections import Role
from service.sync.rounds import sync_once
from service.sync.tables import PollRow, TakenBatchRow
from tests.service.builders_feeds import item, stock, stored
from tests.service.builders_outside import DeathError, Shelf, Systems
from tests.service.builders_proposals import Desk
from tests.service.builders_signals import signal_json, stock_the_shelves
from tests.service.conftest import FakeClock

_LATER = timedelta(minutes=20)


def _rows(*rows: Mapping[str, Any], first: int = 2) -> list[FlatRow]:
    return [FlatRow(number, row) for number, row in enumerate(rows, first)]


def _batch(reference: str, kind: str, rows: Sequence[Any], **more: Any) -> IncomingBatch:
    return IncomingBatch(reference, IncomingKind(kind), rows, **more)


@pytest.fixture
def shelf(systems: Systems, context: ServiceContext, clock: FakeClock) -> Shelf:
    with context.database.write() as session:
        stock_the_shelves(session, clock())
    return systems.shelf("erp", ["items", "sales_lines", "stock_positions", "proposal_answers"])


def _sale(native_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "native_id": native_id,
        "item_id": "BOTTLE",
        "location_id": "UK",
        "sold_on": "2011-08-01",
        "quantity": "5",
        **fields,
    }


def test_rows_are_taken_and_their_sender_is_told_by_row_number(
    context: ServiceContext, shelf: Shelf
) -> None:
    rows = _rows(_sale("S-1"), _sale("S-2", quantity="many"), _sale("S-3", item_id="KETTLE"))
    shelf.batches = [_batch("monday", "sales_lines", rows, unreadable={5: "too few cells"})]
    assert sync_once(context)
    assert [row.native_id for row in stored(context, SalesLineRow)] == ["S-1"]
    (report,) = shelf.reports
    assert report.counts == {"stored": 1, "rejected": 2, "exception": 1}
    assert [(one.number, one.result) for one in report.findings] == [
        (3, "rejected"),
        (4, "exception"),
        (5, "rejected"),
    ]
    assert all(one.problem and one.remedy for one in report.findings)
    assert stored(context, ExceptionRow)[0].system == "erp"


def test_canonical_rows_are_taken_as_they_are(context: ServiceContext, shelf: Shelf) -> None:
    shelf.batches = [
        _batch("items", "items", [item("CUP")]),
        _batch("stock", "stock_positions", [stock("140")]),
    ]
    sync_once(context)
    assert stored(context, StockPositionRow)[0].on_hand == Decimal(140)
    assert "CUP" in {row.item_id for row in stored(context, ItemRow)}
    assert len(shelf.reports) == 2


def test_a_snapshot_ends_what_it_does_not_name_unless_a_row_of_it_was_unreadable(
    context: ServiceContext, shelf: Shelf, clock: FakeClock
) -> None:
    def picture(name: str, *items: str, **more: Any) -> IncomingBatch:
        rows = [item(one) for one in items]
        return _batch(name, "items", rows, snapshot=True, **more)

    shelf.batches = [picture("one", "BOTTLE", "WINE", "CUP")]
    sync_once(context)
    clock.now += _LATER
    shelf.batches = [picture("two", "BOTTLE", "WINE", unreadable={3: "no line"})]
    sync_once(context)
    assert not [row for row in stored(context, ItemRow) if row.gone]
    clock.now += _LATER
    shelf.batches = [picture("three", "BOTTLE", "WINE")]
    sync_once(context)
    assert [row.item_id for row in stored(context, ItemRow) if row.gone] == ["CUP"]


def test_a_death_between_taking_and_settling_takes_nothing_twice_and_settles(
    context: ServiceContext, shelf: Shelf, clock: FakeClock
) -> None:
    shelf.batches = [_batch("monday", "sales_lines", _rows(_sale("S-1")))]
    shelf.settling_fails = DeathError()
    sync_once(context)
    assert len(stored(context, SalesLineRow)) == 1
    assert shelf.reports == []
    shelf.settling_fails = None
    shelf.batches.append(_batch("tuesday", "sales_lines", _rows(_sale("S-2"))))
    clock.now += _LATER
    sync_once(context)
    assert [report.reference for report in shelf.reports] == ["monday", "tuesday"]
    assert [report.counts for report in shelf.reports] == [{"stored": 1}, {"stored": 1}]
    assert shelf.cursors[-3] is None  # monday was read again from where it was read first
    assert {row.settled_at is None for row in stored(context, TakenBatchRow)} == {False}


def test_a_batch_that_comes_again_is_answered_as_before(
    context: ServiceContext, shelf: Shelf, clock: FakeClock
) -> None:
    batch = _batch("monday", "sales_lines", _rows(_sale("S-1")))
    for _ in range(2):
        shelf.batches = [batch]
        sync_once(context)
        clock.now += _LATER
    assert [report.counts for report in shelf.reports] == [{"stored": 1}] * 2


def test_a_system_that_cannot_be_read_is_left_in_peace(
    context: ServiceContext, shelf: Shelf, clock: FakeClock
) -> None:
    shelf.down = PortError(PortFailure.TEMPORARY, "no route", retry_after=timedelta(hours=1))
    for _ in range(3):
        sync_once(context)
        clock.now += timedelta(minutes=5)
    assert len(shelf.cursors) == 1
    assert stored(context, PollRow)[0].last_trouble == "no route"
    shelf.down = None
    clock.now += timedelta(hours=1)
    sync_once(context)
    assert stored(context, PollRow)[0].last_trouble is None


def test_it_is_read_at_its_interval(
    context: ServiceContext, shelf: Shelf, clock: FakeClock
) -> None:
    sync_once(context)
    clock.now += timedelta(seconds=29)
    sync_once(context)
    assert len(shelf.cursors) == 1
    clock.now += timedelta(seconds=2)
    sync_once(context)
    assert len(shelf.cursors) == 2


@pytest.mark.parametrize("kind", ["demand_signals", "locations"])
def test_what_it_is_not_read_for_is_refused_with_a_word(
    context: ServiceContext, shelf: Shelf, kind: str
) -> None:
    shelf.batches = [_batch("foreign", kind, _rows({"native_id": "1"}))]
    sync_once(context)
    (report,) = shelf.reports
    assert f"{kind} are not read from 'erp'" in report.refused
    assert not shelf.batches


def test_a_batch_that_cannot_be_taken_as_a_whole_is_refused_and_changes_nothing(
    context: ServiceContext, shelf: Shelf
) -> None:
    batch = _batch("all sales", "sales_lines", _rows(_sale("S-1")), snapshot=True)
    shelf.batches = [batch]
    sync_once(context)
    assert "delta" in shelf.reports[0].refused
    assert stored(context, SalesLineRow) == []


def test_demand_signals_are_taken_as_over_the_api(
    context: ServiceContext, systems: Systems, clock: FakeClock
) -> None:
    with context.database.write() as session:
        stock_the_shelves(session, clock())
    crm = systems.shelf("crm", ["demand_signals"], Role.CRM)
    ours = {name: value for name, value in signal_json().items() if name != "system"}
    rows = _rows(ours, signal_json(system="other", opportunity_id="OPP-2"), {"quantity": "x"})
    crm.batches = [_batch("deals", "demand_signals", rows)]
    sync_once(context)
    assert [row.opportunity_id for row in stored(context, DemandSignalRow)] == ["OPP-1"]
    assert crm.reports[0].counts == {"applied": 1, "rejected": 2}


def test_answers_to_proposals_come_as_rows(
    context: ServiceContext, shelf: Shelf, desk: Desk, clock: FakeClock
) -> None:
    desk.recommend(100)
    claim_id = desk.claim()["claim_id"]
    ref = desk.proposal().external_ref
    yes = {
        "external_ref": ref,
        "answer": "acknowledged",
        "claim_id": claim_id,
        "erp_number": "R-7",
        "accepted_quantity": "90",
    }
    ordered = {"external_ref": ref, "answer": "ordered", "purchase_order_number": "PO-1"}
    stranger = {"external_ref": "PEG-UNKNOWN", "answer": "closed"}
    shelf.batches = [_batch("answers", "proposal_answers", _rows(yes, ordered, stranger))]
    sync_once(context)
    row = desk.proposal()
    assert (row.state, row.erp_number, row.accepted_quantity) == ("ordered", "R-7", Decimal(90))
    assert shelf.reports[0].counts == {"acknowledged": 1, "ordered": 1, "rejected": 1}
    assert [one.number for one in shelf.reports[0].findings] == [4]
    clock.now += _LATER
    shelf.batches = [_batch("again", "proposal_answers", _rows(yes))]
    sync_once(context)
    assert shelf.reports[1].counts == {"acknowledged": 1}


@pytest.mark.parametrize(("its_word_counts", "age"), [(True, timedelta(0)), (False, _LATER)])
def test_what_a_system_says_is_all_there_is_counts_as_fresh(
    systems: Systems, clock: FakeClock, *, its_word_counts: bool, age: timedelta
) -> None:
    """A folder in which nothing lies says nothing of the kind."""
    source = Shelf([_batch("items", "items", [item("CUP")])])
    able = Capabilities(Idempotency.UNIQUE, current_when_quiet=its_word_counts)
    options = {"reads": ("items",)}
    systems.connect("erp", Role.ERP, options, source=source, capabilities=able)
    sync_once(systems.context)
    clock.now += _LATER
    sync_once(systems.context)
    (arrival,) = stored(systems.context, FeedArrivalRow)
    assert clock.now - arrival.arrived_at == age
