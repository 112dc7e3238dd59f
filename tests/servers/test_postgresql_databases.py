import uuid
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import URL

from tests.servers.postgresql import administer, conninfo
from tests.servers.postgresql_databases import Databases


@pytest.fixture
def databases(postgresql_server: URL) -> Iterator[Databases]:
    """Databases with one table."""
    name = f"pegline_{uuid.uuid4().hex[:12]}"
    administer(postgresql_server, f"CREATE DATABASE {name} TEMPLATE template0")
    administer(postgresql_server.set(database=name), "CREATE TABLE items (item_id text)")
    databases = Databases(postgresql_server, name)
    yield databases
    databases.drop_all()
    administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


def _items(url: URL) -> int:
    with psycopg.connect(conninfo(url)) as connection:
        return connection.execute("SELECT * FROM items").rowcount


def test_a_database_is_handed_on_empty(databases: Databases) -> None:
    first = databases.take()
    administer(first, "INSERT INTO items VALUES ('BOTTLE')")
    databases.give_back(first)
    second = databases.take()
    assert second == first
    assert _items(second) == 0
    databases.give_back(second)


def test_two_tests_never_share_a_database(databases: Databases) -> None:
    first, second = databases.take(), databases.take()
    assert first != second
    databases.give_back(first)
    databases.give_back(second)


def test_a_database_that_somebody_still_uses_is_dropped(databases: Databases) -> None:
    first = databases.take()
    straggler = psycopg.connect(conninfo(first))
    databases.give_back(first)
    with pytest.raises(psycopg.OperationalError):
        straggler.execute("SELECT 1")
    straggler.close()
    second = databases.take()
    assert second != first
    databases.give_back(second)


def test_a_database_that_held_much_is_dropped(databases: Databases) -> None:
    first = databases.take()
    administer(first, "INSERT INTO items SELECT 'BOTTLE' FROM generate_series(1, 5001)")
    databases.give_back(first)
    second = databases.take()
    assert second != first
    databases.give_back(second)
