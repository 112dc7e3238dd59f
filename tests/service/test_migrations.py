import os
import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from service.database import migrate
from service.database.engine import Database
from tests.service.schema import metadata


def _tables(url: str) -> set[str]:
    database = Database(url)
    names = set(inspect(database.engine).get_table_names())
    database.close()
    return names


def _differences(url: str) -> list[object]:
    database = Database(url)
    with database.engine.connect() as connection:
        found: list[object] = compare_metadata(MigrationContext.configure(connection), metadata())
    database.close()
    return found


def test_the_migrated_schema_is_the_declared_one(empty_database_url: str) -> None:
    assert migrate.current(empty_database_url) is None
    migrate.upgrade(empty_database_url)
    assert _differences(empty_database_url) == []
    assert migrate.is_current(empty_database_url)


def test_upgrading_twice_changes_nothing(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    before = _tables(empty_database_url)
    migrate.upgrade(empty_database_url)
    assert _tables(empty_database_url) == before


def test_every_revision_can_be_undone_and_done_again(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    migrate.downgrade(empty_database_url, "base")
    assert _tables(empty_database_url) <= {"alembic_version"}
    assert not migrate.is_current(empty_database_url)
    migrate.upgrade(empty_database_url)
    assert _differences(empty_database_url) == []


def test_tests_run_on_the_schema_that_migrations_make(database_url: str) -> None:
    assert migrate.is_current(database_url)


def test_servers_that_start_at_the_same_time_migrate_once(
    empty_database_url: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "service.cli.main", "migrate"]
    environment = {
        **os.environ,
        "REPLENISH_DATABASE_URL": empty_database_url,
        "REPLENISH_DATA_DIR": str(tmp_path),
    }
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[1] for process in started] == [None] * 3
    assert [process.returncode for process in started] == [0, 0, 0]
    assert migrate.is_current(empty_database_url)
