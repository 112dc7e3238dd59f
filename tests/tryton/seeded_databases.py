"""A seeded Tryton in a PostgreSQL server: made once as a template, copied for each test.

The templates of a server that outlives the tests stay there, as the SQLite files do.
"""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL

from tests.servers.postgresql import administer, conninfo
from tests.tryton import preparing
from tests.tryton.preparing import Flavour
from tests.tryton.seeded_files import alone
from tests.tryton.server import Storage

_PREFIX = "pegline_tryton_"


@contextmanager
def fresh_database(server: URL, flavour: Flavour) -> Iterator[Storage]:
    """A seeded database of the test's own, gone at the end. Raises ServerUnavailableError."""
    name = f"pegline_{uuid.uuid4().hex[:12]}"
    with alone("postgresql"):
        administer(server, f"CREATE DATABASE {name} TEMPLATE {_template(server, flavour)}")
    try:
        yield Storage(_uri(server), name)
    finally:
        administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _template(server: URL, flavour: Flavour) -> str:
    kept = _PREFIX + preparing.digest()
    wanted = f"{kept}_{flavour}"
    made = _made(server)
    if wanted not in made:
        for name in made:
            if not name.startswith(kept):
                administer(server, f"DROP DATABASE {name} WITH (FORCE)")
        _make(server, wanted, flavour)
    return wanted


def _make(server: URL, wanted: str, flavour: Flavour) -> None:
    unfinished = f"{_PREFIX}unfinished"
    source = "template0" if flavour is Flavour.STOCK else _template(server, Flavour.STOCK)
    administer(server, f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")
    administer(server, f"CREATE DATABASE {unfinished} TEMPLATE {source}")
    storage = Storage(_uri(server), unfinished)
    with tempfile.TemporaryDirectory(prefix="pegline-tryton-", dir="/tmp") as folder:
        if flavour is Flavour.STOCK:
            preparing.prepare(Path(folder), storage)
        else:
            preparing.add_our_module(Path(folder), storage)
    administer(server, f"ALTER DATABASE {unfinished} RENAME TO {wanted}")


def _made(server: URL) -> list[str]:
    with psycopg.connect(conninfo(server)) as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
    return [name for (name,) in rows if name.startswith(_PREFIX)]


def _uri(server: URL) -> str:
    """The server's address without a database; a socket folder stays in the query."""
    return server.set(drivername="postgresql", database="").render_as_string(hide_password=False)
