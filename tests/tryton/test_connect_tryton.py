"""`replenish connect tryton` against a real Tryton: examined, shown, connected, examined again."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from service.bootstrap import build
from service.cli.main import app
from service.context import ServiceContext
from service.database import migrate
from service.doctor.connected_systems import examine_connected
from service.doctor.finding import Health
from service.feeds.tables import ItemRow, OrderPointRow, SalesLineRow, StockPositionRow
from service.settings import Settings
from service.signals.tables import SignalMessageRow
from service.sync.rounds import sync_once
from service.sync.tables import ConnectionRow, TakenBatchRow
from tests.tryton.preparing import Flavour
from tests.tryton.seeded import APPROVING_SERVICE, ITEMS, SERVICE, Login
from tests.tryton.server import TrytonServer

pytestmark = pytest.mark.tryton

Replenish = Callable[..., str]


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServiceContext]:
    """An installation of ours that the command line and the test share."""
    monkeypatch.setenv("REPLENISH_DATA_DIR", str(tmp_path / "pegline"))
    monkeypatch.delenv("REPLENISH_DATABASE_URL", raising=False)
    settings = Settings(data_dir=tmp_path / "pegline")
    settings.data_dir.mkdir()
    migrate.upgrade(settings.url)
    built = build(settings)
    yield built
    built.outside.close()
    built.database.close()


@pytest.fixture
def replenish(context: ServiceContext) -> Replenish:
    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == code, done.output
        assert context.settings.data_dir.exists()
        return str(done.output)

    return run


@pytest.fixture
def connect(context: ServiceContext, replenish: Replenish, tmp_path: Path) -> Replenish:
    """The command as ERP, CRM and planning system, with more options."""

    def run(server: TrytonServer, *more: str, login: Login = SERVICE, code: int = 0) -> str:
        """A command that fails has stored nothing."""
        password = tmp_path / "password"
        password.write_text(f"{login.password}\n", encoding="utf-8")
        where = ("--url", server.url, "--database", server.storage.name)
        who = ("--login", login.user, "--password-file", str(password))
        roles = ("--role", "erp", "--role", "crm", "--role", "planning")
        said = replenish("connect", "tryton", "erp", *roles, *where, *who, *more, code=code)
        if code:
            assert _connections(context) == []
            assert not context.settings.secrets_dir.exists()
        return said

    return run


def _connections(context: ServiceContext) -> list[ConnectionRow]:
    with context.database.read() as session:
        return list(session.scalars(select(ConnectionRow)))


def _count(context: ServiceContext, table: type) -> int:
    with context.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_dry_run_shows_what_would_be_read_and_written_and_stores_nothing(
    context: ServiceContext, connect: Replenish, read_only_tryton: TrytonServer
) -> None:
    said = connect(read_only_tryton, "--dry-run", "--idempotency", "unique").splitlines()
    assert "ok  log-in: pegline in tryton" in said
    assert "ok  module pegline_reference: activated" in said
    assert "Told: supply-outlook.changed written to its opportunities." in said
    assert "Told: forecast.published written as its forecast." in said
    assert "Proposals that wait for it now: none." in said
    place = said.index(f"items: {len(ITEMS)}")
    first = json.loads(said[place + 1])
    assert (first["item_id"], first["base_unit"]) == (ITEMS[0].code, ITEMS[0].unit)
    counts = dict(
        line.split(": ", 1) for line in said[place:] if not line.startswith(" ") and ": " in line
    )
    assert "order points" in counts
    assert int(counts["sales lines"].split()[0].replace(",", "")) > 100
    assert counts["proposal answers"] == "0"
    assert said[-1] == "Nothing was stored."
    assert _connections(context) == []
    assert not context.settings.secrets_dir.exists()


@pytest.mark.parametrize(
    ("password", "more", "words"),
    [
        ("guessed", (), "refuses to log pegline in"),
        (SERVICE.password, ("--approve",), "NOT approve requisitions: not allowed"),
        (SERVICE.password, ("--database", "another"), "NOT log-in"),
    ],
)
def test_credentials_and_permissions_that_do_not_fit_are_told_and_nothing_is_stored(
    connect: Replenish,
    read_only_tryton: TrytonServer,
    password: str,
    more: tuple[str, ...],
    words: str,
) -> None:
    login = Login(SERVICE.user, password)
    said = connect(read_only_tryton, "--yes", *more, login=login, code=1)
    assert words in said
    assert "nothing was stored" in said


@pytest.mark.parametrize("flavour", [Flavour.STOCK])
def test_the_unique_mode_needs_our_module(connect: Replenish, tryton: TrytonServer) -> None:
    said = connect(tryton, "--yes", "--idempotency", "unique", code=1)
    assert "NOT module pegline_reference: not activated" in said


def test_nothing_is_connected_without_somebodys_word(
    connect: Replenish, read_only_tryton: TrytonServer
) -> None:
    assert "Say --yes to connect it." in connect(read_only_tryton, code=1)


def test_what_is_connected_is_read_and_examined_again_until_it_is_down(
    context: ServiceContext, connect: Replenish, replenish: Replenish, tryton: TrytonServer
) -> None:
    said = connect(tryton, "--yes", "--approve", login=APPROVING_SERVICE)
    assert said.splitlines()[-1] == "erp is connected."
    (row,) = _connections(context)
    assert row.push
    assert "password" not in row.settings
    while sync_once(context):
        pass
    assert _count(context, ItemRow) == len(ITEMS)
    for table in (SalesLineRow, StockPositionRow, OrderPointRow, SignalMessageRow):
        assert _count(context, table) > 0
    with context.database.read() as session:
        reports = session.execute(select(TakenBatchRow.reference, TakenBatchRow.report)).all()
    assert {ref: report["refused"] for ref, report in reports if report["refused"]} == {}
    assert {ref: report["findings"] for ref, report in reports if report["findings"]} == {}
    assert "It answers." in replenish("connect", "test", "erp")
    (finding,) = examine_connected(context)
    assert (finding.check, finding.health) == ("erp", Health.OK)
    tryton.stop()
    assert "It does not answer" in replenish("connect", "test", "erp", code=1)
    (finding,) = examine_connected(context)
    assert finding.health is Health.NOTE
    assert "does not answer" in finding.detail
