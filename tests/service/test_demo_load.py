"""Loading the demo: once, in full, labelled, and without what came after."""

import shlex
from collections.abc import Callable, Sequence

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from service.context import ServiceContext
from service.database.base import Table
from service.demo.company import (
    NOTICE,
    ONLINE_RETAIL,
    TITLE,
    OtherCompanyError,
    put_company,
)
from service.demo.credentials import ensure_credentials
from service.demo.load import load
from service.demo.loading import DemoLoad
from service.demo.next_steps import next_steps
from service.demo.today import MADE_UP, REAL, TODAY
from service.demo.world import build_world
from service.exceptions.tables import ExceptionRow
from service.feeds.tables import (
    OpenPurchaseLineRow,
    OpenSalesLineRow,
    SalesLineRow,
    StockPositionRow,
    SupplierTermsRow,
)
from service.progress import silent
from service.signals.routes import router
from service.signals.tables import DemandSignalRow, SignalMessageRow
from service.work.tables import CompanyRow, DirtyKeyRow

SERIES = 60


def _load(context: ServiceContext) -> DemoLoad:
    return load(context, silent, limit=SERIES)


def _counts(context: ServiceContext, *tables: type[Table]) -> list[int]:
    with context.database.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


TABLES = (SalesLineRow, SupplierTermsRow, StockPositionRow, SignalMessageRow, DirtyKeyRow)


def test_all_of_the_demo_is_taken(context: ServiceContext) -> None:
    world = build_world(SERIES)
    done = _load(context)
    told = done.outcomes.pop("opportunities")
    assert {outcome for step in done.outcomes.values() for outcome in step} == {"stored"}
    assert done.outcomes["sales lines"] == {"stored": world.sold.height}
    flawed = sum(one.flaw is not None for one in world.opportunities)
    assert told["applied"] == len(world.opportunities) - flawed
    assert _counts(context, *TABLES)[1:3] == [SERIES, SERIES]
    assert _counts(context, ExceptionRow) == [flawed]
    assert _counts(context, DirtyKeyRow) == [SERIES]


def test_a_second_load_does_nothing(context: ServiceContext) -> None:
    _load(context)
    before = _counts(context, *TABLES)
    assert _load(context) == DemoLoad(already_there=True, outcomes={})
    assert _counts(context, *TABLES) == before


def test_a_load_that_was_broken_off_is_taken_up_again(context: ServiceContext) -> None:
    class PowerCutError(Exception):
        pass

    def cut_the_power(step: str, done: int, total: int) -> None:
        if step == "stock positions" and done == total:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        load(context, cut_the_power, limit=SERIES)
    assert _counts(context, DemandSignalRow) == [0]
    done = _load(context)
    assert done.outcomes["sales lines"] == {"unchanged": build_world(SERIES).sold.height}
    assert done.outcomes["opportunities"]["applied"] > 0


def test_progress_is_told_by_step_up_to_all_rows(context: ServiceContext) -> None:
    told: list[tuple[str, int, int]] = []
    load(context, lambda *step: told.append(step), limit=SERIES)
    last = {step: (done, total) for step, done, total in told}
    steps = list(last)
    assert (steps[0], steps[-1]) == ("locations", "opportunities")
    assert all(done == total for done, total in last.values())


def test_nothing_from_today_on_is_in_the_history(context: ServiceContext) -> None:
    _load(context)
    with context.database.read() as session:
        latest = session.scalar(select(func.max(SalesLineRow.sold_on)))
    assert latest is not None
    assert latest < TODAY


def test_each_row_says_whether_it_is_real(context: ServiceContext) -> None:
    _load(context)
    tables: Sequence[tuple[type[Table], set[str]]] = (
        (SalesLineRow, {REAL}),
        (StockPositionRow, {MADE_UP}),
        (SupplierTermsRow, {MADE_UP}),
        (OpenPurchaseLineRow, {MADE_UP}),
        (OpenSalesLineRow, {MADE_UP}),
    )
    with context.database.read() as session:
        for table, expected in tables:
            provenance = table.__table__.c.provenance
            assert set(session.scalars(select(provenance).distinct())) == expected


def test_the_company_stands_still_on_the_demo_day(context: ServiceContext) -> None:
    _load(context)
    with context.database.read() as session:
        company = session.scalars(select(CompanyRow)).one()
        assert (company.title, company.notice) == (TITLE, NOTICE)
        assert company.business_date == TODAY
    assert len(NOTICE) <= 500


def test_another_companys_database_is_left_alone(context: ServiceContext) -> None:
    with context.database.write() as session:
        put_company(session, ONLINE_RETAIL, "ours")
        session.scalars(select(CompanyRow)).one().title = "A real firm"
    with pytest.raises(OtherCompanyError, match="A real firm"):
        _load(context)
    assert _counts(context, *TABLES) == [0] * len(TABLES)


def test_won_opportunities_have_orders_in_the_book() -> None:
    world = build_world()
    told = {one.signal.opportunity_id for one in world.opportunities}
    assert {line.opportunity_id for line in world.open_sales} - {None} <= told


def test_the_next_steps_name_real_codes(context: ServiceContext) -> None:
    _load(context)
    credentials = ensure_credentials(context)
    with context.database.read() as session:
        signal, proposals, claim = next_steps(session, "http://127.0.0.1:8000/", credentials)
        items = set(session.scalars(select(SupplierTermsRow.item_id)))
    assert "http://127.0.0.1:8000/v1/demand-signals" in signal.command
    assert credentials.keys["crm"] in signal.command
    assert any(item in signal.command and item in proposals.command for item in items)
    assert "Idempotency-Key" in claim.command
    assert all("\n" not in step.command for step in (signal, proposals, claim))


def _sent(command: str, client: TestClient) -> str:
    """What the service makes of a printed signal."""
    words = shlex.split(command)
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    body = words[words.index("-d") + 1]
    return str(client.post(words[2], content=body, headers=headers).json()["result"])


def test_the_signal_of_the_next_steps_works_as_printed_at_each_start(
    context: ServiceContext, client_for: Callable[..., TestClient]
) -> None:
    _load(context)
    credentials = ensure_credentials(context)
    client = client_for(router)
    commands = []
    for _start in range(3):
        with context.database.read() as session:
            commands.append(next_steps(session, "http://testserver", credentials)[0].command)
        assert [_sent(commands[-1], client) for _ in range(2)] == ["applied", "duplicate"]
    assert len(set(commands)) == 3


def test_the_claim_of_the_next_steps_is_a_new_one_at_each_start(context: ServiceContext) -> None:
    _load(context)
    credentials = ensure_credentials(context)
    with context.database.read() as session:
        claims = {next_steps(session, "http://testserver", credentials)[2].command for _ in "ab"}
    assert len(claims) == 2


def test_there_are_no_next_steps_without_the_demo(context: ServiceContext) -> None:
    credentials = ensure_credentials(context)
    with context.database.read() as session:
        assert next_steps(session, "http://127.0.0.1:8000", credentials) == ()
