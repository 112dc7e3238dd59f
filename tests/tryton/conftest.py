"""A seeded Tryton for each test, to be changed, killed and started again.

By default Tryton as it comes, on SQLite. A test asks for more with
``@pytest.mark.parametrize("flavour", list(Flavour))`` and
``@pytest.mark.parametrize("database", list(DatabaseKind))``.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import choice
from tests.tryton.preparing import Flavour
from tests.tryton.seeded_databases import fresh_database
from tests.tryton.seeded_files import fresh_copy
from tests.tryton.server import DatabaseKind, TrytonServer


@pytest.fixture
def flavour() -> Flavour:
    """Whether our module is installed: not unless a test asks for it."""
    return Flavour.STOCK


@pytest.fixture
def database() -> DatabaseKind:
    """What Tryton keeps its data in: a file, unless a test asks for a server."""
    return DatabaseKind.SQLITE


@pytest.fixture
def tryton(
    flavour: Flavour, database: DatabaseKind, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[TrytonServer]:
    """A running Tryton that nobody else uses."""
    with ExitStack() as held:
        try:
            if database is DatabaseKind.POSTGRESQL:
                server = request.getfixturevalue("postgresql_server")
                storage = held.enter_context(fresh_database(server, flavour))
            else:
                storage = fresh_copy(tmp_path, flavour)
            held.callback(_forget_data, tmp_path)
            running = TrytonServer(tmp_path, storage)
            held.callback(running.stop)
            running.start()
        except choice.ServerUnavailableError as reason:
            choice.give_up(reason)
        yield running


@pytest.fixture(scope="session")
def read_only_tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonServer]:
    """One with our module that many tests share: read from it, change nothing."""
    folder = tmp_path_factory.mktemp("tryton")
    try:
        running = TrytonServer(folder, fresh_copy(folder, Flavour.UNIQUE))
        running.start()
    except choice.ServerUnavailableError as reason:
        choice.give_up(reason)
    yield running
    running.stop()
    _forget_data(folder)


def _forget_data(folder: Path) -> None:
    """The logs stay for a while, as all that tests write; a database each would be too much."""
    for file in folder.glob("*.sqlite*"):
        file.unlink()
