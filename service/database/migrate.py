"""Bring a database to the schema of this release.

Revisions expand first and contract a release later, so that the release before still runs on
the schema of this one. Each upgrade is one transaction, and upgrades wait for each other: on
SQLite at BEGIN IMMEDIATE, on PostgreSQL at an advisory lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, func, select

from service.database.engine import Database

_UPGRADE_LOCK = 7_345_001
"""Any number that nobody else locks in this database."""

_SCRIPTS = Path(__file__).with_name("migrations")


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run every revision that the database has not seen yet; does nothing when up to date."""
    with _connected(database_url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Undo revisions down to ``revision``; "base" leaves no table. Data goes with its columns."""
    with _connected(database_url) as connection:
        command.downgrade(_config(connection), revision)


def current(database_url: str) -> str | None:
    """The revision that the database has; None for an empty one."""
    with _connected(database_url) as connection:
        return current_of(connection)


def current_of(connection: Connection) -> str | None:
    """The same over an open connection."""
    return MigrationContext.configure(connection).get_current_revision()


def latest() -> str | None:
    """The newest revision of this release."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def is_current(database_url: str) -> bool:
    """Whether the database has the schema of this release."""
    return current(database_url) == latest()


def draft(database_url: str, message: str, metadata: MetaData) -> None:
    """Write the revision that leads from the database's schema to ``metadata``; to be reviewed."""
    with _connected(database_url) as connection:
        config = _config(connection)
        config.attributes["metadata"] = metadata
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")


@contextmanager
def _connected(database_url: str) -> Iterator[Connection]:
    database = Database(database_url)
    try:
        with database.engine.begin() as connection:
            if not database.is_sqlite:
                connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
            yield connection
    finally:
        database.close()


def _config(connection: Connection | None) -> Config:
    return Config(
        attributes={"connection": connection},
        config_args={
            "script_location": str(_SCRIPTS).replace("%", "%%"),
            "path_separator": "os",
            "file_template": "revision_%%(rev)s_%%(slug)s",
        },
    )
