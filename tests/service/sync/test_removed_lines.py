"""A CRM that tells opportunities as a whole: what it leaves out is deleted there."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.canonical.demand import DemandSignal
from adapters.ports import FlatRow, IncomingBatch, IncomingKind
from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.signals.remap import WaitingSignal, remap
from service.signals.tables import SignalMessageRow
from service.sync.connections import Role
from service.sync.rounds import sync_once
from tests.service.builders_feeds import stored
from tests.service.builders_outside import Shelf, Systems
from tests.service.builders_signals import (
    allocations,
    clean,
    dirty,
    lines,
    signal,
    signal_json,
    stock_the_shelves,
)
from tests.service.conftest import FakeClock

Tell = Callable[..., dict[str, int]]
_LATER = timedelta(minutes=20)


@pytest.fixture
def tell(systems: Systems, context: ServiceContext, clock: FakeClock) -> Tell:
    """The CRM tells rows, by default as all there is of OPP-1; how they were taken."""
    with context.database.write() as session:
        stock_the_shelves(session, clock())
    shelf: Shelf = systems.shelf("crm", [IncomingKind.DEMAND_SIGNALS], Role.CRM)

    def told(*rows: Any, whole: Sequence[str] = ("OPP-1",), **more: Any) -> dict[str, int]:
        reference = more.pop("reference", f"batch-{len(shelf.reports)}")
        batch = IncomingBatch(
            reference,
            IncomingKind.DEMAND_SIGNALS,
            rows,
            whole_opportunities=frozenset(whole),
            **more,
        )
        shelf.batches.append(batch)
        clock.now += _LATER
        sync_once(context)
        return dict(shelf.reports[-1].counts)

    return told


def _line(line_id: str, version: int = 1, **fields: Any) -> DemandSignal:
    return signal(
        message_id=f"m-{line_id}-{version}", line_id=line_id, source_version=version, **fields
    )


def _status(context: ServiceContext) -> dict[str, tuple[str, int]]:
    return {row.line_id: (row.status, row.source_version) for row in lines(context)}


def test_a_line_that_is_left_out_is_deleted_with_the_version_of_what_was_told(
    context: ServiceContext, tell: Tell
) -> None:
    assert tell(_line("1"), _line("2", quantity="30")) == {"applied": 2}
    clean(context)
    assert tell(_line("1", 5)) == {"applied": 1, "removed": 1}
    assert _status(context) == {"1": ("open", 5), "2": ("deleted", 5)}
    assert dirty(context) == {("BOTTLE", "UK")}
    assert [row.quantity for row in lines(context)] == [Decimal(400), Decimal(30)]
    assert allocations(context)


def test_without_a_word_that_it_is_all_nothing_is_deleted(
    context: ServiceContext, tell: Tell
) -> None:
    tell(_line("1"), _line("2"))
    assert tell(_line("1", 5), whole=()) == {"applied": 1}
    assert tell(_line("1", 6), whole=("OPP-2",)) == {"applied": 1}
    assert _status(context)["2"] == ("open", 1)


def test_an_opportunity_without_any_line_left_loses_them_all(
    context: ServiceContext, tell: Tell
) -> None:
    tell(_line("1", 4), _line("2", 4))
    assert tell() == {"removed": 2}
    assert _status(context) == {"1": ("deleted", 5), "2": ("deleted", 5)}
    assert tell() == {}
    assert tell(_line("1", 9)) == {"applied": 1}
    assert _status(context)["1"] == ("open", 9)


def test_what_is_told_late_or_again_deletes_nothing(context: ServiceContext, tell: Tell) -> None:
    tell(_line("1", 3), _line("2", 8))
    assert tell(_line("1", 5)) == {"applied": 1}
    assert _status(context)["2"] == ("open", 8)
    tell(_line("1", 10))
    before = len(stored(context, SignalMessageRow))
    assert tell(_line("1", 10)) == {"duplicate": 1}
    assert _status(context)["2"] == ("deleted", 10)
    assert len(stored(context, SignalMessageRow)) == before


def test_lines_of_another_system_stay(
    context: ServiceContext, tell: Tell, systems: Systems
) -> None:
    tell(_line("1"))
    other = systems.shelf("crm2", [IncomingKind.DEMAND_SIGNALS], Role.CRM)
    rows = [FlatRow(1, {**signal_json(), "system": "crm2", "line_id": "7", "source_version": 9})]
    other.batches.append(
        IncomingBatch(
            "b", IncomingKind.DEMAND_SIGNALS, rows, whole_opportunities=frozenset({"OPP-1"})
        )
    )
    sync_once(context)
    assert _status(context) == {"1": ("open", 1), "7": ("open", 9)}


def test_a_row_that_is_no_signal_still_names_its_line(context: ServiceContext, tell: Tell) -> None:
    tell(_line("1"), _line("2"))
    bad = FlatRow(2, {**signal_json(), "line_id": "2", "source_version": 6, "quantity": "many"})
    assert tell(_line("1", 6), bad) == {"applied": 1, "rejected": 1}
    nameless = FlatRow(2, {"quantity": "7"})
    assert tell(_line("1", 7), nameless) == {"applied": 1, "rejected": 1}
    assert _status(context)["2"] == ("open", 1)


def test_a_line_that_waits_for_repair_does_not_come_to_life_once_it_is_removed(
    context: ServiceContext, tell: Tell, clock: FakeClock
) -> None:
    tell(_line("1"), _line("2", product="UNKNOWN"))
    assert tell(_line("1", 5)) == {"applied": 1, "removed": 1}
    (kept,) = stored(context, ExceptionRow)
    assert (kept.payload["status"], kept.payload["source_version"]) == ("deleted", 5)
    repaired = DemandSignal.model_validate({**kept.payload, "product": "BOTTLE"})
    waiting = WaitingSignal(kept.exception_id, kept.kind, kept.subject_key, repaired)
    with context.database.write() as session:
        remap(session, [waiting], clock())
    assert _status(context)["2"] == ("deleted", 5)
