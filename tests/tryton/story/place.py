"""Where a story happens: a Tryton of one flavour, and an empty database for Pegline."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL

from tests.service.conftest import new_database
from tests.tryton.preparing import Flavour
from tests.tryton.seeded_databases import fresh_database
from tests.tryton.seeded_files import fresh_copy
from tests.tryton.server import DatabaseKind, TrytonServer


@dataclass(frozen=True)
class Way:
    """A flavour of Tryton, and where it and Pegline keep their data."""

    flavour: Flavour
    database: DatabaseKind


@dataclass(frozen=True)
class Place:
    """A running Tryton, a database without a table, and a folder for files."""

    flavour: Flavour
    tryton: TrytonServer
    database_url: str
    folder: Path


@contextmanager
def opened(way: Way, folder: Path, postgresql: Callable[[], URL]) -> Iterator[Place]:
    """The place, gone at the end; ``postgresql`` is asked for a server where one is needed.

    Raises ServerUnavailableError.
    """
    with ExitStack() as held:
        if way.database is DatabaseKind.POSTGRESQL:
            server = postgresql()
            storage = held.enter_context(fresh_database(server, way.flavour))
            url = held.enter_context(new_database(server, f"pegline_{uuid4().hex[:12]}"))
        else:
            storage = fresh_copy(folder, way.flavour)
            url = f"sqlite:///{folder / 'pegline.db'}"
        tryton = TrytonServer(folder, storage)
        held.callback(tryton.stop)
        tryton.start()
        yield Place(way.flavour, tryton, url, folder)
