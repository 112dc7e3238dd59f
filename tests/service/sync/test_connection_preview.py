"""What is shown of a system before it is connected; nothing of it is stored."""

import json
from collections.abc import Sequence
from typing import Any

import click
import pytest
import typer

from adapters.canonical.proposal import ProposalKind
from adapters.ports import (
    Capabilities,
    Failure,
    FlatRow,
    Idempotency,
    IncomingBatch,
    IncomingKind,
    OutsideSystem,
    PortError,
)
from service.cli.connection_preview import previewed, shown_examined
from service.context import ServiceContext
from service.feeds.tables import ItemRow
from service.sync.connections import NewConnection, Role
from service.sync.first_look import MOST_BATCHES, look_at
from service.sync.tables import ConnectionRow, PollRow
from tests.service.builders_erp import FakeErp
from tests.service.builders_examined import LOGGED_IN, MAY_NOT, Examinee
from tests.service.builders_feeds import item, stored
from tests.service.builders_outside import Shelf
from tests.service.builders_proposals import Desk, store_terms
from tests.service.builders_signals import signal_json
from tests.service.conftest import FakeClock

ITEMS, SIGNALS = IncomingKind.ITEMS, IncomingKind.DEMAND_SIGNALS
TRYTON = NewConnection("erp", "memory", [Role.ERP], {}, reads=[ITEMS], push=True)


class Pages:
    """A source that has so many pages of rows."""

    def __init__(self, *pages: Sequence[Any], kind: IncomingKind = ITEMS, **more: Any) -> None:
        self.pages = [IncomingBatch(f"p{n}", kind, rows, **more) for n, rows in enumerate(pages)]
        self.settled = 0

    def read(self, cursor: str | None) -> tuple[IncomingBatch, str | None] | None:
        place = int(cursor or 0)
        return (self.pages[place], str(place + 1)) if place < len(self.pages) else None

    def settle(self, _batch: IncomingBatch, _report: Any) -> None:
        self.settled += 1


def _flat(*rows: dict[str, Any]) -> list[FlatRow]:
    return [FlatRow(number, row) for number, row in enumerate(rows, 1)]


def test_the_first_rows_are_shown_as_canonical_objects_and_all_are_counted() -> None:
    told = {"item_id": "CUP", "description": "A cup"}
    look = look_at(Pages(_flat(told, {"item_id": "MUG"}), [item("JAR")]), "erp", ITEMS)
    assert (look.rows, look.more, look.unfit, look.trouble) == (3, False, 0, "")
    assert look.samples == [
        {"source": {"system": "erp", "native_id": "CUP"}, **told},
        {"source": {"system": "erp", "native_id": "MUG"}, "item_id": "MUG"},
    ]


def test_rows_that_could_not_be_taken_are_counted_and_say_why() -> None:
    rows = _flat({"item_id": "CUP"}, {"item_id": 7})
    look = look_at(Pages(rows, unreadable={3: "Product 9 has no unit."}), "erp", ITEMS)
    assert (look.rows, look.unfit) == (3, 2)
    assert "item_id" in look.complaints[0]
    assert look.complaints[1] == "Product 9 has no unit."


def test_of_a_long_history_only_the_beginning_is_read() -> None:
    pages = Pages(*[_flat({"item_id": f"I-{n}"}) for n in range(MOST_BATCHES + 1)])
    look = look_at(pages, "erp", ITEMS)
    assert (look.rows, look.more, pages.settled) == (MOST_BATCHES, True, 0)


@pytest.mark.parametrize(
    ("kind", "row", "sample"),
    [
        (SIGNALS, signal_json(), "opportunity_id"),
        (
            IncomingKind.PROPOSAL_ANSWERS,
            {"external_ref": "PEG-1", "answer": "refused", "reason": "no"},
            "reason",
        ),
        (IncomingKind.SALES_LINES, {"native_id": "S-1", "gone": True}, "gone"),
    ],
)
def test_rows_of_every_kind_can_be_shown(
    kind: IncomingKind, row: dict[str, Any], sample: str
) -> None:
    look = look_at(Pages(_flat(row), kind=kind), "crm", kind)
    assert look.complaints == []
    assert sample in look.samples[0]


def test_a_kind_that_cannot_be_read_says_why() -> None:
    shelf = Shelf(down=PortError(Failure.REJECTED, "no access to products"))
    assert look_at(shelf, "erp", ITEMS).trouble == "no access to products"


@pytest.fixture
def system(clock: FakeClock, opened: dict[str, OutsideSystem]) -> OutsideSystem:
    """An ERP that could be connected."""
    kinds = frozenset({ProposalKind.REQUISITION, ProposalKind.TRANSFER})
    opened["erp"] = OutsideSystem(
        Capabilities(Idempotency.SEARCH_FIRST, kinds=kinds),
        source=Pages(_flat({"item_id": "CUP"})),
        erp=FakeErp(clock),
        examine=Examinee(),
    )
    return opened["erp"]


@pytest.mark.usefixtures("system")
def test_a_preview_says_what_is_read_pushed_and_told_and_stores_nothing(
    context: ServiceContext, desk: Desk, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with context.database.write() as session:
        store_terms(session, clock)
    desk.recommend(100)
    before = len(stored(context, ItemRow))
    clock.now = clock.now.replace(hour=23)
    assert previewed(context, TRYTON, {})
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "ok  log-in: pegline in tryton"
    assert "Proposals that wait for it now: 1 requisition." in said
    assert "It takes requisition, transfer." in said
    assert said[-2] == "items: 1"
    assert json.loads(said[-1])["item_id"] == "CUP"
    assert stored(context, ConnectionRow) == stored(context, PollRow) == []
    assert len(stored(context, ItemRow)) == before


@pytest.mark.parametrize(
    ("examinee", "words"),
    [
        (Examinee([LOGGED_IN, MAY_NOT]), "NOT write requisitions: not allowed. Ask Mary."),
        (Examinee(fault=PortError(Failure.TEMPORARY, "connection refused")), "connection refused"),
    ],
)
def test_where_something_is_not_as_needed_the_preview_says_so_and_stops(
    examinee: Examinee, words: str, system: OutsideSystem, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = OutsideSystem(system.capabilities, examine=examinee)
    assert not shown_examined(shown)
    assert words in capsys.readouterr().err


@pytest.mark.usefixtures("system")
def test_a_connection_that_cannot_be_is_refused_before_anything_is_asked(
    context: ServiceContext, capsys: pytest.CaptureFixture[str]
) -> None:
    for wrong in (
        NewConnection("a b", "memory", [Role.ERP], {}),
        NewConnection("erp", "memory", [Role.CRM], {}, reads=[ITEMS]),
        NewConnection("nobody", "memory", [Role.ERP], {}),
    ):
        with pytest.raises((typer.Exit, click.exceptions.Exit)):
            previewed(context, wrong, {})
    said = capsys.readouterr().err
    assert "is no name" in said
    assert "does not tell items" in said
    assert "do not fit" in said


def test_a_system_that_cannot_be_asked_is_taken_as_it_is(system: OutsideSystem) -> None:
    assert shown_examined(OutsideSystem(system.capabilities))
