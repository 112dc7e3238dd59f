"""A real database per test, on SQLite and PostgreSQL, and a clock that stands still."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

import service.access.tables
import service.exceptions.tables
import service.feeds.tables
import service.forecasts.tables
import service.policies.tables
import service.proposals.tables
import service.replenishment.tables
import service.signals.tables
import service.work.tables  # noqa: F401  all tables of the product
from service.context import ServiceContext
from service.database.base import Table
from service.database.engine import Database
from service.http import problems
from service.settings import Settings

NOW = datetime(2011, 8, 29, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    Table.metadata.create_all(database.engine)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    return os.environ.get("REPLENISH_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432")


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    name = f"pegline_template_{uuid.uuid4().hex[:12]}"
    _administer(postgresql_server, f"CREATE DATABASE {name}")
    database = Database(f"{postgresql_server}/{name}")
    Table.metadata.create_all(database.engine)
    database.close()
    yield name
    _administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "pegline.db")
        database = Database(f"sqlite:///{tmp_path / 'pegline.db'}")
        yield database
        database.close()
        return
    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_template")
    name = f"pegline_{uuid.uuid4().hex[:12]}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    database = Database(f"{server}/{name}")
    yield database
    database.close()
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: str, statement: str) -> None:
    url = server.replace("postgresql+psycopg", "postgresql") + "/postgres"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


class FakeClock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def context(database: Database, tmp_path: Path, clock: FakeClock) -> ServiceContext:
    settings = Settings(data_dir=tmp_path)
    return ServiceContext(settings=settings, database=database, clock=clock, ring=lambda: None)


@pytest.fixture
def client_for(context: ServiceContext) -> Callable[..., TestClient]:
    """Serve some routers against the test's database."""

    def serve(*routers: APIRouter) -> TestClient:
        app = FastAPI()
        app.state.context = context
        problems.install(app)
        for router in routers:
            app.include_router(router)
        return TestClient(app)

    return serve
