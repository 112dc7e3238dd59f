"""A database per test without the price of one: emptied and handed on where that is safe.

On a server that syncs its files, making a database costs a quarter of a second; emptying one that
a test has barely filled costs a few milliseconds.
"""

import time
import uuid

import psycopg
from psycopg import sql
from sqlalchemy import URL

from tests.servers.postgresql import administer, conninfo

_ROWS_WORTH_DELETING = 5000
"""A database that held more is dropped: its dead rows would slow the tests after it."""

_PATIENCE_SECONDS = 0.2
_OTHERS = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid() LIMIT 1"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_KEPT = "alembic_version"


class Databases:
    """Databases made from ``template``, used one after the other by tests that alter no table."""

    def __init__(self, server: URL, template: str) -> None:
        self._server = server
        self._template = template
        self._empty: list[str] = []

    def take(self) -> URL:
        """An empty database that nobody else uses."""
        if not self._empty:
            name = f"pegline_{uuid.uuid4().hex[:12]}"
            administer(self._server, f"CREATE DATABASE {name} TEMPLATE {self._template}")
            # What a test has written need not outlive a power cut.
            administer(self._server, f"ALTER DATABASE {name} SET synchronous_commit = off")
            return self._server.set(database=name)
        return self._server.set(database=self._empty.pop())

    def give_back(self, url: URL) -> None:
        """Keep the database for the next test, or drop it if that is safer or quicker."""
        name = str(url.database)
        if _emptied(url):
            self._empty.append(name)
        else:
            administer(self._server, f"DROP DATABASE {name} WITH (FORCE)")

    def drop_all(self) -> None:
        """Leave nothing behind."""
        while self._empty:
            administer(self._server, f"DROP DATABASE {self._empty.pop()} WITH (FORCE)")


def _emptied(url: URL) -> bool:
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        if _still_used(connection, str(url.database)):
            return False
        tables = [row[0] for row in connection.execute(_TABLES) if row[0] != _KEPT]
        deleted = 0
        with connection.transaction():
            for table in tables:
                statement = sql.SQL("DELETE FROM {}").format(sql.Identifier(table))
                deleted += connection.execute(statement).rowcount
        return deleted <= _ROWS_WORTH_DELETING


def _still_used(connection: psycopg.Connection, name: str) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS  # a closed connection lingers for a moment
    while connection.execute(_OTHERS, (name,)).fetchone():
        if time.monotonic() > deadline:
            return True
        time.sleep(0.002)
    return False
