"""A service with systems connected to it, all in memory."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.ports import OutsideSystem
from service.cli.main import app
from service.context import ServiceContext
from service.database.engine import Database
from service.settings import Settings
from tests.service.builders_outside import Systems, outside_of
from tests.service.builders_proposals import Desk
from tests.service.conftest import FakeClock


@pytest.fixture
def opened() -> dict[str, OutsideSystem]:
    return {}


@pytest.fixture
def context(
    database: Database, tmp_path: Path, clock: FakeClock, opened: dict[str, OutsideSystem]
) -> ServiceContext:
    plain = ServiceContext(
        settings=Settings(data_dir=tmp_path), database=database, clock=clock, ring=lambda: None
    )
    return replace(plain, outside=outside_of(opened))


@pytest.fixture
def systems(context: ServiceContext, clock: FakeClock, opened: dict[str, OutsideSystem]) -> Systems:
    return Systems(context, clock, opened)


@pytest.fixture
def desk(context: ServiceContext, clock: FakeClock) -> Desk:
    return Desk(context, clock)


@pytest.fixture
def replenish(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """The command line over the same database."""
    monkeypatch.setenv("REPLENISH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REPLENISH_DATABASE_URL", database_url)

    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == code, done.output
        return str(done.output)

    return run
