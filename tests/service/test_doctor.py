import socket
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import polars as pl

import rules
from service.context import ServiceContext
from service.database import migrate
from service.database.engine import Database
from service.doctor.finding import Finding, Health
from service.doctor.own_packages import PACKAGES, examine_package, examine_packages
from service.doctor.stores import (
    examine_backlog,
    examine_failures,
    examine_runs,
    examine_stores,
)
from service.doctor.surroundings import examine_folder, examine_port, examine_worker
from service.exceptions.queue import Finding as Exceptional
from service.exceptions.queue import raise_exception
from service.forecasts.parquet_runs import RunFacts, commit_file, write_file
from service.forecasts.tables import SeriesForecastRow
from service.work import dirty_keys
from service.work.doorbell import Listener
from tests.service.conftest import NOW, FakeClock

ROOT = Path(rules.__file__).parents[1]


def _healths(findings: list[Finding]) -> list[Health]:
    return [finding.health for finding in findings]


def test_the_four_packages_are_ours() -> None:
    findings = examine_packages()
    assert [finding.check for finding in findings] == [f"package {name}" for name in PACKAGES]
    assert set(_healths(findings)) == {Health.OK}


def test_a_foreign_distribution_that_brings_one_of_our_packages_is_a_fault() -> None:
    finding = examine_package("rules", ROOT, ["pegline", "rules"])
    assert (finding.health, finding.detail) == (Health.FAULT, "also brought by rules")


def test_a_package_without_our_mark_is_a_fault() -> None:
    assert examine_package("json", ROOT, ()).health is Health.FAULT


def test_a_package_that_cannot_be_imported_is_a_fault() -> None:
    assert examine_package("no_such_package", ROOT, ()).health is Health.FAULT


def test_a_package_from_another_folder_is_a_fault() -> None:
    assert examine_package("rules", ROOT / "elsewhere", ()).health is Health.FAULT


def test_a_folder_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert examine_folder(tmp_path / "file" / "data").health is Health.FAULT
    assert examine_folder(tmp_path / "new").health is Health.OK


def test_a_taken_port_is_worth_a_note() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert examine_port("127.0.0.1", port).health is Health.NOTE
    assert examine_port("127.0.0.1", port).health is Health.OK


def test_a_worker_is_alive_while_it_listens(tmp_path: Path) -> None:
    assert examine_worker(tmp_path).detail == "none has run here"
    listener = Listener(tmp_path)
    assert examine_worker(tmp_path).health is Health.OK
    listener.close()
    assert examine_worker(tmp_path).detail == "not running"


def test_an_empty_database_must_be_migrated(
    empty_database_url: str, context: ServiceContext
) -> None:
    empty = replace(context, database=Database(empty_database_url))
    assert [finding.remedy for finding in examine_stores(empty)] == ["Run 'replenish migrate'."]
    migrate.upgrade(empty_database_url)
    assert _healths(examine_stores(empty)) == [Health.OK] * 5
    empty.database.close()


def test_a_database_that_does_not_answer_is_a_fault(context: ServiceContext) -> None:
    nowhere = Database("postgresql+psycopg://postgres@127.0.0.1:1/none")
    [finding] = examine_stores(replace(context, database=nowhere))
    assert finding.health is Health.FAULT


def _series(run_id: UUID) -> SeriesForecastRow:
    return SeriesForecastRow(
        item_id="BOTTLE",
        location_id="UK",
        run_id=run_id,
        demand_class="smooth",
        history_weeks=40,
        interval_days=28,
        interval_mean=100.0,
        interval_quantiles=[],
        week_quantiles=[],
        level_per_week=25.0,
        fitted_on=date(2011, 8, 29),
    )


def test_a_forecast_run_whose_file_has_changed_is_a_fault(context: ServiceContext) -> None:
    file = write_file(context.settings.runs_dir, "full", pl.DataFrame({"item_id": ["BOTTLE"]}))
    with context.database.write() as session:
        commit_file(session, file, RunFacts(date(2011, 8, 29), NOW))
        session.add(_series(file.run_id))
    with context.database.read() as session:
        assert examine_runs(session, context.settings).health is Health.OK
    (context.settings.runs_dir / file.path).write_bytes(b"rotten")
    with context.database.read() as session:
        assert examine_runs(session, context.settings).health is Health.FAULT


def _backlog(context: ServiceContext) -> Finding:
    with context.database.read() as session:
        return examine_backlog(session, context)


def test_work_that_waits_is_a_note_and_a_fault_when_a_living_worker_leaves_it(
    context: ServiceContext, clock: FakeClock
) -> None:
    assert _backlog(context).health is Health.OK
    with context.database.write() as session:
        dirty_keys.mark(session, [("BOTTLE", "UK"), ("CUP", "UK")], "test", clock())
    clock.now += timedelta(minutes=6, seconds=5)
    assert _backlog(context).detail == "2 keys wait, the oldest for 6 min 5 s"
    assert _backlog(context).health is Health.NOTE
    listener = Listener(context.settings.data_dir)
    assert _backlog(context).health is Health.FAULT
    clock.now -= timedelta(minutes=2)
    assert _backlog(context).health is Health.NOTE
    listener.close()


def test_keys_that_cannot_be_computed_are_counted(context: ServiceContext) -> None:
    key = {"item_id": "BOTTLE", "location_id": "UK"}
    finding = Exceptional(
        "recompute_failed", "item_location", "pegline", "BOTTLE@UK", key, "Overflow", "Correct it."
    )
    with context.database.write() as session:
        assert examine_failures(session).health is Health.OK
        raise_exception(session, finding, NOW)
    with context.database.read() as session:
        found = examine_failures(session)
    assert (found.health, found.detail) == (Health.NOTE, "1 open")
