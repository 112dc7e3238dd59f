"""A line that is lost counts zero, also when the ERP has removed what it refers to."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from adapters.canonical.master_data import Account, Location
from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind, Removal
from service.signals.remap import WaitingSignal, remap
from service.signals.results import Outcome
from tests.service.builders_feeds import Erp, account, source
from tests.service.builders_signals import (
    allocations,
    clean,
    deliver,
    dirty,
    lines,
    signal,
)


def close_the_account(context: ServiceContext) -> None:
    """The ERP no longer knows ACME."""
    gone = Removal(Account, source("ACME"), {"account_id": "ACME"})
    Erp(context).send(FeedKind.ACCOUNTS, gone)


def exceptions(context: ServiceContext) -> list[ExceptionRow]:
    with context.database.read() as session:
        return list(session.scalars(select(ExceptionRow).where(ExceptionRow.state == "open")))


@pytest.mark.parametrize("status", ["lost", "deleted"])
@pytest.mark.parametrize("basis", ["incremental", "renewal"])
def test_a_line_of_an_account_that_is_gone_ends_as_it_was_mapped(
    shelves: ServiceContext, status: str, basis: str
) -> None:
    deliver(shelves, signal(quantity_basis=basis))
    close_the_account(shelves)
    clean(shelves)
    end = signal(source_version=2, status=status, quantity_basis=basis, quantity=7)
    (result,) = deliver(shelves, end)
    (kept,) = exceptions(shelves)
    (line,) = lines(shelves)
    assert (result.result, result.exception_id) == (Outcome.APPLIED, kept.exception_id)
    assert (line.status, line.account_id, line.quantity_basis) == (status, "ACME", basis)
    assert (line.source_version, line.quantity) == (2, Decimal(400))
    assert allocations(shelves) == {"UK": 400}
    assert dirty(shelves) == {("BOTTLE", "UK")}
    assert (kept.kind, kept.remedy != "") == ("unknown_account", True)
    assert kept.detail.endswith("The line has ended as it was mapped before.")


def test_a_line_from_a_location_that_is_closed_ends(shelves: ServiceContext) -> None:
    deliver(shelves, signal())
    gone = Removal(Location, source("UK"), {"location_id": "UK"})
    Erp(shelves).send(FeedKind.LOCATIONS, gone)
    (result,) = deliver(shelves, signal(source_version=2, status="lost"))
    assert (result.result, lines(shelves)[0].status) == (Outcome.APPLIED, "lost")


def test_a_line_that_never_counted_only_waits(shelves: ServiceContext) -> None:
    (result,) = deliver(shelves, signal(account="NOBODY", status="lost"))
    assert (result.result, lines(shelves)) == (Outcome.EXCEPTION, [])


def test_a_line_that_goes_on_waits_with_what_it_said_before(shelves: ServiceContext) -> None:
    deliver(shelves, signal())
    (result,) = deliver(shelves, signal(source_version=2, account="NOBODY", quantity=500))
    assert (result.result, lines(shelves)[0].source_version) == (Outcome.EXCEPTION, 1)


def test_an_older_end_does_not_end_a_newer_version(shelves: ServiceContext) -> None:
    deliver(shelves, signal(source_version=2))
    (result,) = deliver(shelves, signal(account="NOBODY", status="lost"))
    assert (result.result, lines(shelves)[0].status) == (Outcome.STALE, "open")
    assert exceptions(shelves) == []


def test_a_line_may_begin_and_end_in_one_batch(shelves: ServiceContext) -> None:
    end = signal(source_version=2, account="NOBODY", status="lost")
    results = deliver(shelves, signal(), end)
    assert [one.result for one in results] == [Outcome.APPLIED, Outcome.APPLIED]
    assert [(line.status, line.account_id) for line in lines(shelves)] == [("lost", "ACME")]


def test_once_the_account_is_known_again_the_exception_ends_and_nothing_else(
    shelves: ServiceContext,
) -> None:
    deliver(shelves, signal())
    close_the_account(shelves)
    end = signal(source_version=2, status="lost")
    deliver(shelves, end)
    Erp(shelves).send(FeedKind.ACCOUNTS, account("ACME"))
    (kept,) = exceptions(shelves)
    waiting = WaitingSignal(kept.exception_id, kept.kind, kept.subject_key, end)
    with shelves.database.write() as session:
        (result,) = remap(session, [waiting], shelves.clock())
    assert (result.result, result.exception_id) == (Outcome.STALE, None)
    assert lines(shelves)[0].status == "lost"
