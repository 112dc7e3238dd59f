"""Connections and transactions.

``write`` opens the one transaction of a request or a job, ``read`` a consistent snapshot. On
SQLite a writer takes its lock at BEGIN (``BEGIN IMMEDIATE``): a lock taken later fails at
once with SQLITE_BUSY instead of waiting its turn.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

READ_ONLY = "replenish_read_only"
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=15000",
    "PRAGMA cache_size=-8192",
)


class Database:
    """An engine with the two kinds of transaction this product has."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A snapshot for reading; nothing written in it is kept."""
        options = {READ_ONLY: True, **_isolation(self.engine)}
        with (
            self.engine.connect().execution_options(**options) as connection,
            Session(connection) as session,
        ):
            yield session
            session.expunge_all()  # what was read stays readable after the snapshot is given up
            session.rollback()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @property
    def is_sqlite(self) -> bool:
        """Whether rows are claimed by BEGIN IMMEDIATE instead of SKIP LOCKED."""
        return self.engine.dialect.name == "sqlite"


def _isolation(engine: Engine) -> dict[str, str]:
    return {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10)
    engine = create_engine(
        url, poolclass=QueuePool, pool_size=5, max_overflow=40, connect_args={"timeout": 15}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not open transactions behind our back
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
