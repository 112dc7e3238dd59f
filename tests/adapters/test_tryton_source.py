"""Several kinds behind one cursor: which is read next, and what a batch is called."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from adapters.erp.tryton.reading.portions import Mapped, Portion, Reading, Whole
from adapters.erp.tryton.reading.source import TrytonSource
from adapters.ports import FlatRow, IncomingBatch, IncomingKind, IntakeReport

ITEMS, SALES, STOCK, DEALS = (
    IncomingKind.ITEMS,
    IncomingKind.SALES_LINES,
    IncomingKind.STOCK_POSITIONS,
    IncomingKind.DEMAND_SIGNALS,
)


@dataclass
class Told:
    """A kind that tells one row after the other; where it stands is how many it has told."""

    kind: IncomingKind
    rows: list[dict[str, Any]] = field(default_factory=list)
    in_one_go: bool = False

    def tell(self, *names: str) -> None:
        self.rows += [{"name": name} for name in names]

    def next_portion(self, standing: Any) -> Portion | None:
        told = standing or 0
        if told >= len(self.rows):
            return None
        more = self.in_one_go and told + 1 < len(self.rows)
        return Portion(Mapped([self.rows[told]]), told + 1, more=more)


def source_of(*readings: Reading) -> TrytonSource:
    return TrytonSource({reading.kind: partial(_same, reading) for reading in readings})


def _same(reading: Reading) -> Reading:
    return reading


def drained(source: TrytonSource, cursor: str | None = None) -> tuple[list[str], str | None]:
    found: list[str] = []
    while read := source.read(cursor):
        batch, cursor = read
        source.settle(batch, IntakeReport(batch.reference, {}))
        found += names_of(batch)
    return found, cursor


def names_of(batch: IncomingBatch) -> Sequence[str]:
    return [row.values["name"] for row in batch.rows if isinstance(row, FlatRow)]


def test_the_kinds_take_turns_but_what_others_refer_to_comes_first() -> None:
    items, sales, stock, deals = (Told(kind) for kind in (ITEMS, SALES, STOCK, DEALS))
    source = source_of(items, sales, stock, deals)
    sales.tell("sale 1", "sale 2")
    stock.tell("stock 1", "stock 2")
    deals.tell("deal 1")
    items.tell("item 1")
    found, cursor = drained(source)
    assert found == ["item 1", "sale 1", "stock 1", "deal 1", "sale 2", "stock 2"]
    stock.tell("stock 3")
    items.tell("item 2")
    assert drained(source, cursor)[0] == ["item 2", "stock 3"]


def test_a_kind_that_has_more_is_read_to_its_end() -> None:
    sales, stock = Told(SALES, in_one_go=True), Told(STOCK)
    sales.tell("sale 1", "sale 2", "sale 3")
    stock.tell("stock 1")
    found, _ = drained(source_of(sales, stock))
    assert found == ["sale 1", "sale 2", "sale 3", "stock 1"]


def test_a_full_picture_that_comes_back_has_a_name_of_its_own() -> None:
    shown = {"lanes": ["a"]}
    whole = Whole(
        IncomingKind.TRANSFER_LANES,
        lambda: Mapped([{"name": name} for name in shown["lanes"]]),
    )
    source = source_of(whole)
    cursor: str | None = None
    references = []
    for lanes in (["a"], ["a", "b"], ["a"], []):
        shown["lanes"] = lanes
        read = source.read(cursor)
        assert read is not None
        batch, cursor = read
        source.settle(batch, IntakeReport(batch.reference, {}))
        assert (batch.snapshot, names_of(batch)) == (True, lanes)
        references.append(batch.reference)
        assert source.read(cursor) is None
    assert len(set(references)) == 4


@dataclass
class Watchman:
    """Says once that there is news."""

    news: bool = True

    def has_news(self) -> bool:
        told, self.news = self.news, False
        return told


def test_a_large_picture_is_not_looked_at_again_unless_something_may_have_changed() -> None:
    looks = 0
    names = ["a", "b"]

    def look() -> Mapped:
        nonlocal looks
        looks += 1
        return Mapped([{"name": name} for name in names])

    watchman = Watchman()
    source = source_of(Whole(ITEMS, look, watchman, large=2))
    _, cursor = drained(source)
    before = looks
    assert source.read(cursor) is None
    assert looks == before
    names.append("c")
    watchman.news = True
    assert drained(source, cursor)[0] == ["a", "b", "c"]


def test_an_empty_picture_is_nothing_to_begin_with() -> None:
    assert source_of(Whole(IncomingKind.ORDER_POINTS, Mapped)).read(None) is None


def test_a_row_that_no_database_keeps_is_unreadable_and_spoils_no_other() -> None:
    whole = Whole(ITEMS, lambda: Mapped([{"name": "good"}, {"name": "b\x00d"}], ["no code"]))
    read = source_of(whole).read(None)
    assert read is not None
    batch, _ = read
    assert names_of(batch) == ["good"]
    assert batch.unreadable == {
        2: "no code",
        3: "A text of the row holds a NUL or half a surrogate pair.",
    }


@pytest.mark.parametrize(
    "cursor", ["", "no json", "[]", "7", '{"of": 3}', '{"of": {"nonsense": 1}}']
)
def test_a_cursor_that_is_not_ours_begins_anew(cursor: str) -> None:
    items = Told(ITEMS)
    items.tell("item 1")
    assert drained(source_of(items), cursor)[0] == ["item 1"]


def test_what_was_offered_is_offered_again_until_it_is_settled() -> None:
    shown = ["a"]
    source = source_of(Whole(ITEMS, lambda: Mapped([{"name": name} for name in shown])))
    offered = source.read(None)
    assert offered is not None
    shown.append("b")
    assert source.read(None) == offered
    source.settle(offered[0], IntakeReport(offered[0].reference, {}))
    source.settle(offered[0], IntakeReport(offered[0].reference, {}))
    found, _ = drained(source, offered[1])
    assert found == ["a", "b"]


def test_a_cursor_is_json_of_plain_words() -> None:
    items = Told(ITEMS)
    items.tell("item 1")
    read = source_of(items).read(None)
    assert read is not None
    assert json.loads(read[1] or "") == {
        "last": "items",
        "more": False,
        "batches": 1,
        "of": {"items": 1},
    }
