"""The part of the contract that is about reading; see ``port_contract``."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.ports import (
    FlatRow,
    IncomingBatch,
    IncomingKind,
    IntakeReport,
    RowFinding,
    Source,
)
from tests.adapters.counterpart import Counterpart, SeenReport

ITEM = {
    "item_id": "BOLT-8",
    "description": '=Bolt, 8 mm; "zinc"',
    "unit_decimals": 2,
    "conversions": [{"unit": "BOX", "numerator": "100"}],
}
TERMS = {
    "item_id": "BOLT-8",
    "location_id": "BERLIN",
    "supplier_id": "ACME",
    "lead_time_days": 14,
    "unit_price": "0.42",
    "currency": "EUR",
}
GONE = {"item_id": "NUT-8", "gone": True}


class Opened:
    """Opens the adapter for one test."""

    @pytest.fixture
    def system(self, other: Counterpart) -> Iterator[Any]:
        opened = other.opened()
        yield opened
        opened.close()


class SourceContract(Opened):
    """How batches are read and settled."""

    @pytest.fixture
    def source(self, system: Any) -> Source:
        source: Source = system.source
        return source

    def test_where_nothing_lies_nothing_is_read(self, source: Source) -> None:
        assert source.read(None) is None

    def test_rows_come_in_the_words_and_types_of_the_published_schema(
        self, other: Counterpart, source: Source
    ) -> None:
        other.offer(IncomingKind.ITEMS, [ITEM, GONE])
        batch, _ = _read(source)
        assert batch.kind is IncomingKind.ITEMS
        assert batch.rows == [FlatRow(1, ITEM), FlatRow(2, GONE)]
        assert (batch.snapshot, batch.unreadable) == (False, {})

    def test_a_snapshot_says_that_it_is_one(self, other: Counterpart, source: Source) -> None:
        other.offer(IncomingKind.ITEMS, [ITEM], snapshot=True)
        batch, _ = _read(source)
        assert batch.snapshot

    def test_a_batch_is_the_same_until_it_is_settled(
        self, other: Counterpart, source: Source
    ) -> None:
        other.offer(IncomingKind.ITEMS, [ITEM])
        first = source.read(None)
        assert first is not None
        assert source.read(None) == first
        reopened = other.opened()
        assert reopened.source is not None
        assert reopened.source.read(None) == first
        reopened.close()

    def test_what_is_settled_is_not_read_again(self, other: Counterpart, source: Source) -> None:
        other.offer(IncomingKind.ITEMS, [ITEM])
        batch, after = _read(source)
        source.settle(batch, _all_stored(batch))
        assert source.read(after) is None

    def test_a_batch_can_be_settled_again_after_a_crash(
        self, other: Counterpart, source: Source
    ) -> None:
        other.offer(IncomingKind.ITEMS, [ITEM])
        batch, after = _read(source)
        source.settle(batch, _all_stored(batch))
        source.settle(batch, _all_stored(batch))
        assert source.read(after) is None
        assert other.reports() == [SeenReport({"stored": 1}, [])]

    def test_every_batch_is_read_once_and_has_a_name_of_its_own(
        self, other: Counterpart, source: Source
    ) -> None:
        other.offer(IncomingKind.ITEMS, [ITEM])
        other.offer(IncomingKind.SUPPLIER_TERMS, [TERMS])
        other.offer(IncomingKind.ITEMS, [GONE])
        read = list(_drained(source))
        rows = {(batch.kind, row.values["item_id"]) for batch in read for row in _flat(batch)}
        assert rows == {
            (IncomingKind.ITEMS, "BOLT-8"),
            (IncomingKind.SUPPLIER_TERMS, "BOLT-8"),
            (IncomingKind.ITEMS, "NUT-8"),
        }
        assert len({batch.reference for batch in read}) == len(read) == 3

    def test_a_report_returns_the_bad_rows_with_what_is_wrong(
        self, other: Counterpart, source: Source
    ) -> None:
        other.offer(IncomingKind.ITEMS, [GONE, ITEM])
        batch, _ = _read(source)
        finding = RowFinding(2, "rejected", "The base unit is unknown.", "Name a unit.")
        source.settle(batch, IntakeReport(batch.reference, {"stored": 1, "rejected": 1}, [finding]))
        [report] = other.reports()
        assert report.counts == {"stored": 1, "rejected": 1}
        [(row, problem)] = report.bad_rows
        assert (row["item_id"], problem) == ("BOLT-8", "The base unit is unknown.")


def _read(source: Source) -> tuple[IncomingBatch, str | None]:
    read = source.read(None)
    assert read is not None
    return read


def _drained(source: Source) -> Iterator[IncomingBatch]:
    cursor: str | None = None
    while read := source.read(cursor):
        batch, cursor = read
        source.settle(batch, _all_stored(batch))
        yield batch


def _flat(batch: IncomingBatch) -> list[FlatRow]:
    return [row for row in batch.rows if isinstance(row, FlatRow)]


def _all_stored(batch: IncomingBatch) -> IntakeReport:
    return IntakeReport(batch.reference, {"stored": len(batch.rows)})
