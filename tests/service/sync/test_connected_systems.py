"""Systems connected by the commands, over a real folder and real HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.http_json.signatures import new_secret
from adapters.ports import IncomingKind
from service.bootstrap import build
from service.context import ServiceContext
from service.proposals import planner
from service.settings import Settings
from service.sync.rounds import sync_once
from service.sync.tables import ConnectionRow, HandOffRow
from service.work.outbox import Event, publish
from service.work.tables import DeliveryRow
from service.worker.sweep import sweep
from tests.adapters.folder_partner import FolderPartner
from tests.adapters.simulated_http_system import Behaviour, SimulatedHttpSystem
from tests.service.builders_feeds import stored
from tests.service.builders_proposals import Desk, store_terms
from tests.service.conftest import FakeClock

Replenish = Callable[..., str]


@pytest.fixture
def clock() -> FakeClock:
    """The wall clock's time: signatures are checked against it."""
    return FakeClock(datetime.now(UTC))


@pytest.fixture
def context(database_url: str, tmp_path: Path, clock: FakeClock) -> Iterator[ServiceContext]:
    """The service as bootstrap builds it."""
    built = build(Settings(data_dir=tmp_path, database_url=database_url))
    yield replace(built, clock=clock)
    built.outside.close()
    built.database.close()


@pytest.fixture
def server() -> Iterator[SimulatedHttpSystem]:
    system = SimulatedHttpSystem()
    yield system
    system.stop()


def _rounds(context: ServiceContext) -> None:
    while sync_once(context):
        pass


def test_a_folder_erp_gets_proposals_as_files_and_answers_by_files(
    context: ServiceContext, replenish: Replenish, clock: FakeClock, tmp_path: Path
) -> None:
    folder = tmp_path / "exchange"
    folder.mkdir()
    erp = FolderPartner(folder)
    replenish("connect", "files", "erp", "--role", "erp", "--folder", str(folder))
    said = replenish("connect", "test", "erp")
    assert "sales lines" in said
    assert "Proposals are pushed to it" in said
    assert "It answers." in said
    desk = Desk(context, clock)
    with context.database.write() as session:
        store_terms(session, clock)
    desk.recommend(100)
    _rounds(context)
    (row,) = erp.rows("proposals")
    assert row["external_ref"] == desk.proposal().external_ref
    assert Decimal(row["quantity"]) == Decimal(100)
    assert desk.proposal().state == "claimed"
    yes = {"external_ref": row["external_ref"], "answer": "acknowledged", "erp_number": "R-77"}
    erp.offer(IncomingKind.PROPOSAL_ANSWERS, [yes])
    clock.now += timedelta(seconds=6)
    _rounds(context)
    assert desk.proposal().state == "acknowledged"
    assert (desk.proposal().erp_number, desk.proposal().accepted_quantity) == ("R-77", Decimal(100))
    assert stored(context, HandOffRow)[0].status == "answered"
    assert [report.counts for report in erp.reports()] == [{"acknowledged": 1}]


def test_what_a_folder_erp_refused_is_written_again_once_it_is_approved_again(
    context: ServiceContext, replenish: Replenish, clock: FakeClock, tmp_path: Path
) -> None:
    folder = tmp_path / "exchange"
    folder.mkdir()
    erp = FolderPartner(folder)
    replenish("connect", "files", "erp", "--role", "erp", "--folder", str(folder))
    desk = Desk(context, clock)
    with context.database.write() as session:
        store_terms(session, clock)
    desk.recommend(100)
    _rounds(context)
    reference = desk.proposal().external_ref
    no = {"external_ref": reference, "answer": "refused", "reason": "The item is blocked."}
    erp.offer(IncomingKind.PROPOSAL_ANSWERS, [no])
    clock.now += timedelta(seconds=6)
    _rounds(context)
    assert desk.proposal().state == "in_review"
    desk.plan(100)
    desk.decide(planner.approve)
    clock.now += timedelta(minutes=1)
    _rounds(context)
    clock.now += timedelta(days=4)  # no answer within its time: looked up, and there already
    sweep(context)
    _rounds(context)
    assert [(row["external_ref"], row["offer"]) for row in erp.rows("proposals")] == [
        (reference, "1"),
        (reference, "2"),
    ]
    yes = {"external_ref": reference, "answer": "acknowledged", "erp_number": "R-78"}
    erp.offer(IncomingKind.PROPOSAL_ANSWERS, [yes])
    clock.now += timedelta(seconds=6)
    _rounds(context)
    assert (desk.proposal().state, desk.proposal().erp_number) == ("acknowledged", "R-78")


def test_a_folder_that_is_away_is_waited_for(
    context: ServiceContext, replenish: Replenish, tmp_path: Path
) -> None:
    folder = tmp_path / "exchange"
    folder.mkdir()
    replenish("connect", "files", "erp", "--role", "erp", "--folder", str(folder))
    folder.rename(tmp_path / "away")
    _rounds(context)
    assert "does not answer" in replenish("connect", "test", "erp", code=1)
    assert not folder.exists()
    (tmp_path / "away").rename(folder)
    assert "It answers." in replenish("connect", "test", "erp")


def _published(context: ServiceContext, event: Event) -> None:
    with context.database.write() as session:
        publish(session, event, context.clock())


def test_an_http_crm_gets_a_signed_event_and_its_outlook(
    context: ServiceContext, replenish: Replenish, server: SimulatedHttpSystem
) -> None:
    options = ["--subscribe", "demand-signal.*", "--subscribe", "supply-outlook.changed"]
    hooks = ["--webhook-url", f"{server.url}/hooks"]
    said = replenish(
        "connect", "http", "crm", "--role", "crm", "--url", server.url, *hooks, *options
    )
    server.memory.secrets = (said.splitlines()[-1],)
    _published(context, Event("demand-signal.accepted", "crm/OPP-1", {"quantity": "400"}))
    outlook = {
        "system": "crm",
        "opportunity_id": "OPP-1",
        "version": 3,
        "business_date": "2011-08-29",
        "as_of": "2011-08-29T09:00:00Z",
        "lines": [],
    }
    _published(context, Event("supply-outlook.changed", "crm/OPP-1", outlook))
    _rounds(context)
    assert [one["data"] for one in server.memory.events] == [{"quantity": "400"}]
    assert server.memory.outlooks["OPP-1"]["version"] == 3


def test_a_rotated_secret_signs_beside_the_one_before(
    context: ServiceContext, replenish: Replenish, server: SimulatedHttpSystem
) -> None:
    hooks = ["--webhook-url", f"{server.url}/hooks", "--subscribe", "*"]
    said = replenish("connect", "http", "crm", "--role", "crm", "--url", server.url, *hooks)
    before = said.splitlines()[-1]
    _published(context, Event("demand-signal.accepted", "A", {}))
    server.memory.secrets = (before,)
    _rounds(context)
    fresh = replenish("connect", "rotate-secret", "crm").strip()
    for number, secret in enumerate((before, fresh)):
        server.memory.secrets = (secret,)
        _published(context, Event("demand-signal.accepted", f"B-{number}", {}))
        _rounds(context)
    assert len(server.memory.events) == 3


def test_an_http_erp_gets_each_proposal_once_through_a_bad_day(
    context: ServiceContext, replenish: Replenish, server: SimulatedHttpSystem, clock: FakeClock
) -> None:
    replenish("connect", "http", "erp", "--role", "erp", "--url", server.url)
    with context.database.write() as session:
        store_terms(session, clock)
    desk = Desk(context, clock)
    desk.recommend(100)
    for behaviour in (
        Behaviour.BREAKS_BEFORE,
        Behaviour.BUSY,
        Behaviour.HANGS_UP_AFTER,
        Behaviour.PAGE_FOR_PEOPLE,
        Behaviour.WELL,
    ):
        server.behaviour = behaviour
        _rounds(context)
        clock.now += timedelta(minutes=25)
        sweep(context)
    _rounds(context)
    assert desk.proposal().state == "acknowledged"
    assert len(server.memory.proposals) == 1


def test_what_a_system_refuses_is_listed_retried_and_given_up_by_command(
    context: ServiceContext, replenish: Replenish, server: SimulatedHttpSystem, clock: FakeClock
) -> None:
    hooks = ["--webhook-url", f"{server.url}/hooks", "--subscribe", "*"]
    said = replenish("connect", "http", "plan", "--role", "planning", "--url", server.url, *hooks)
    server.memory.secrets = (said.splitlines()[-1],)
    server.behaviour = Behaviour.REFUSES
    _published(context, Event("demand-signal.accepted", "A", {}))
    _published(context, Event("demand-signal.accepted", "B", {}))
    _rounds(context)
    listed = replenish("deliveries", "list")
    assert "plan: 0 waiting, 2 failed" in listed
    assert "rejected" in listed
    first, second = stored(context, DeliveryRow)
    replenish("deliveries", "abandon", str(first.delivery_id), "--reason", " ", code=1)
    replenish("deliveries", "abandon", str(first.delivery_id), "--reason", "a test account")
    server.behaviour = Behaviour.WELL
    replenish("deliveries", "retry", "--connection", "plan")
    clock.now += timedelta(minutes=1)
    _rounds(context)
    assert [row.status for row in stored(context, DeliveryRow)] == ["abandoned", "delivered"]
    assert second.subject == "B"


def test_connections_are_listed_paused_resumed_and_removed(
    context: ServiceContext, replenish: Replenish, server: SimulatedHttpSystem
) -> None:
    replenish("connect", "http", "crm", "--role", "crm", "--url", server.url)
    assert "connected already" in replenish(
        "connect", "http", "crm", "--role", "crm", "--url", server.url, code=1
    )
    replenish("connect", "pause", "crm")
    assert "crm http crm, paused" in replenish("connect", "list")
    replenish("connect", "resume", "crm")
    assert "paused" not in replenish("connect", "list")
    assert list(context.settings.secrets_dir.iterdir())
    replenish("connect", "remove", "crm")
    assert stored(context, ConnectionRow) == []
    assert list(context.settings.secrets_dir.iterdir()) == []
    for command in ("pause", "resume", "remove", "test", "rotate-secret"):
        assert "no connection crm" in replenish("connect", command, "crm", code=1)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--role", "crm", "--url", "http://crm.example/api"], "not encrypted"),
        (["--role", "crm", "--url", "crm.example"], "an address such as"),
        (["--role", "crm", "--url", "https://crm.example", "--read", "sales_lines"], "sales_lines"),
    ],
)
def test_what_cannot_be_connected_is_refused_and_leaves_nothing_behind(
    context: ServiceContext, replenish: Replenish, options: list[str], why: str
) -> None:
    assert why in replenish("connect", "http", "crm", *options, code=1)
    assert stored(context, ConnectionRow) == []
    assert not list(context.settings.secrets_dir.glob("*"))


@pytest.mark.parametrize("content", ["", "two words", "two\nlines", "tök"])
def test_a_file_that_holds_no_token_is_not_taken(
    context: ServiceContext, replenish: Replenish, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "token"
    file.write_text(content, encoding="utf-8")
    address = ("--url", "https://erp.example", "--token-file", str(file))
    said = replenish("connect", "http", "erp", "--role", "erp", *address, code=1)
    assert "does not hold one token" in said
    assert stored(context, ConnectionRow) == []


@pytest.mark.parametrize(("first", "second"), [("erp-1", "erp.1"), ("erp", "ERP")])
def test_two_systems_do_not_share_the_variable_of_their_secrets(
    context: ServiceContext, replenish: Replenish, first: str, second: str
) -> None:
    address = ("--role", "erp", "--url", "https://erp.example")
    replenish("connect", "http", first, *address)
    assert "too like" in replenish("connect", "http", second, *address, code=1)
    assert [row.name for row in stored(context, ConnectionRow)] == [first]


def test_a_secret_of_the_environment_is_rotated_there(
    replenish: Replenish, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    replenish("connect", "http", "erp", "--role", "erp", "--url", "https://erp.example")
    monkeypatch.setenv("REPLENISH_SECRET_ERP_WEBHOOK", new_secret())
    kept = (tmp_path / "secrets" / "erp.webhook").read_bytes()
    assert "REPLENISH_SECRET_ERP_WEBHOOK" in replenish("connect", "rotate-secret", "erp", code=1)
    assert (tmp_path / "secrets" / "erp.webhook").read_bytes() == kept
