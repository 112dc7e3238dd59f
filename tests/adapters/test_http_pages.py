"""Rows of an HTTP system, page by page."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from adapters.ports import (
    Failure,
    FlatRow,
    IncomingBatch,
    IncomingKind,
    IntakeReport,
    PortError,
    RowFinding,
    Source,
)
from tests.adapters.http_partner import HttpPartner
from tests.adapters.simulated_http_system import Behaviour

ITEMS = IncomingKind.ITEMS
TERMS = IncomingKind.SUPPLIER_TERMS


@pytest.fixture
def source(partner: HttpPartner) -> Iterator[Source]:
    system = partner.opened()
    assert system.source is not None
    yield system.source
    system.close()


def _drain(source: Source, cursor: str | None) -> tuple[list[str], str | None]:
    """The item of each batch from there on, and the cursor after them."""
    items = []
    while read := source.read(cursor):
        batch, cursor = read
        items += [row.values["item_id"] for row in batch.rows if isinstance(row, FlatRow)]
    return items, cursor


def test_pages_that_come_later_are_read_from_where_we_were(
    partner: HttpPartner, source: Source
) -> None:
    partner.offer(ITEMS, [{"item_id": "A"}])
    items, cursor = _drain(source, None)
    partner.offer(ITEMS, [{"item_id": "B"}])
    partner.offer(ITEMS, [{"item_id": "C"}])
    later, cursor = _drain(source, cursor)
    assert (items, later) == (["A"], ["B", "C"])
    assert _drain(source, cursor)[0] == []


def test_a_last_page_is_read_again_when_it_has_changed(
    partner: HttpPartner, source: Source
) -> None:
    partner.offer(ITEMS, [{"item_id": "A"}])
    _, cursor = _drain(source, None)
    partner.server.memory.pages[ITEMS] = [([{"item_id": "A"}, {"item_id": "B"}], False)]
    assert _drain(source, cursor)[0] == ["A", "B"]


def test_an_empty_snapshot_says_once_that_nothing_is_left(
    partner: HttpPartner, source: Source
) -> None:
    partner.offer(ITEMS, [], snapshot=True)
    read = source.read(None)
    assert read is not None
    batch, cursor = read
    assert (batch.snapshot, batch.rows) == (True, [])
    assert source.read(cursor) is None


def test_a_cursor_that_is_not_ours_begins_anew(partner: HttpPartner, source: Source) -> None:
    partner.offer(ITEMS, [{"item_id": "A"}])
    for cursor in ("{", "[]", '{"of": {"items": 7}}', '{"first": "stars"}'):
        assert _drain(source, cursor)[0] == ["A"]


def test_what_is_no_row_is_told_by_its_number_and_numbers_are_exact(
    partner: HttpPartner, source: Source
) -> None:
    partner.offer(TERMS, ["row", {"unit_price": 0.1}, {"note": "a\x00b"}])
    read = source.read(None)
    assert read is not None
    assert read[0].rows == [FlatRow(2, {"unit_price": Decimal("0.1")})]
    assert set(read[0].unreadable) == {1, 3}


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (Behaviour.PAGE_FOR_PEOPLE, Failure.TEMPORARY),
        (Behaviour.CUT_SHORT, Failure.TEMPORARY),
        (Behaviour.BREAKS_BEFORE, Failure.TEMPORARY),
        (Behaviour.REFUSES, Failure.REJECTED),
    ],
)
def test_a_page_that_cannot_be_read_is_a_fault_and_no_empty_page(
    partner: HttpPartner, source: Source, behaviour: Behaviour, failure: Failure
) -> None:
    partner.offer(ITEMS, [{"item_id": "A"}])
    with partner.behaving(behaviour), pytest.raises(PortError) as raised:
        source.read(None)
    assert raised.value.failure is failure


def test_a_report_that_was_not_taken_is_a_fault(partner: HttpPartner, source: Source) -> None:
    batch = IncomingBatch("items:1", ITEMS, [FlatRow(1, {"price": Decimal("1.50")})])
    report = IntakeReport("items:1", {"rejected": 1}, [RowFinding(1, "rejected", "No item.")])
    with partner.behaving(Behaviour.BUSY), pytest.raises(PortError) as raised:
        source.settle(batch, report)
    assert raised.value.failure is Failure.TEMPORARY
    source.settle(batch, report)
    assert partner.reports()[0].bad_rows == [({"price": "1.50"}, "No item.")]


def test_a_system_that_wants_no_reports_gets_none(partner: HttpPartner) -> None:
    system = partner.opened(paths={"intake_reports": None})
    assert system.source is not None
    system.source.settle(IncomingBatch("items:1", ITEMS, []), IntakeReport("items:1", {}))
    assert partner.reports() == []
    system.close()
