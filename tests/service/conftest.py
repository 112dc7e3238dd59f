"""A real database per test, on SQLite and PostgreSQL, and a clock that stands still."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import URL

from service.context import ServiceContext
from service.database import migrate
from service.database.engine import Database
from service.http import problems
from service.settings import Settings
from tests.servers.postgresql import administer
from tests.servers.postgresql_databases import Databases

NOW = datetime(2011, 8, 29, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: URL) -> Iterator[Databases]:
    name = f"pegline_template_{uuid.uuid4().hex[:12]}"
    with new_database(postgresql_server, name) as url:
        migrate.upgrade(url)
        databases = Databases(postgresql_server, name)
        yield databases
        databases.drop_all()


@contextmanager
def new_database(server: URL, name: str) -> Iterator[str]:
    """An empty database on the server, gone at the end."""
    administer(server, f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own with all tables in it, and nothing in them."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "pegline.db")
        yield f"sqlite:///{tmp_path / 'pegline.db'}"
        return
    databases: Databases = request.getfixturevalue("postgresql_databases")
    url = databases.take()
    yield url.render_as_string(hide_password=False)
    databases.give_back(url)


@contextmanager
def empty_database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    """The address of a database without a table, on SQLite or PostgreSQL."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'empty.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    with new_database(server, f"pegline_{uuid.uuid4().hex[:12]}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table."""
    with empty_database(request, request.param, tmp_path) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


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
