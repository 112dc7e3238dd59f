"""Servers that tests may ask for, and an environment that says nothing about the product."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL

from tests.servers import choice, postgresql, valkey


def pytest_configure() -> None:
    """Settings come from the environment: tests start from the defaults.

    A busy machine is no counter-example, and in CI nobody's change fails on another's luck.
    """
    slow = [HealthCheck.too_slow]
    settings.register_profile(
        "pegline", deadline=None, derandomize=choice.required(), suppress_health_check=slow
    )
    settings.load_profile("pegline")
    for name in choice.ENVIRONMENT:
        if name.startswith("REPLENISH_"):
            del os.environ[name]


_LONGEST = (
    "tests/test_readme.py",
    "tests/service/scenarios/",
    "tests/service/worker/",
    "tests/service/go_live/test_go_live_commands.py",
    "tests/service/test_commands.py",
    "tests/service/proposals/test_proposal_machine.py",
)
"""Files that take longest, most of them because they start the product as its users do."""


_ABOVE_THE_DATABASE = (
    "tests/service/go_live/",
    "tests/service/test_demo_load.py",
    "tests/service/test_distribution_demo.py",
    "tests/service/test_every_route.py",
    "tests/service/web/",
)
"""What these ask of a database is tried on both kinds by the tests of the parts below them."""

_OF_ITS_OWN = "tests/service/web/test_queue.py"
"""Searches, orders and pages by statements of its own."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files go first, so that no process is left alone with one at the end.

    What stands above the database meets PostgreSQL in the long run, and SQLite in every one.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))
    for item in items:
        above = item.nodeid.startswith(_ABOVE_THE_DATABASE)
        if above and not item.nodeid.startswith(_OF_ITS_OWN) and _on_postgresql(item):
            item.add_marker(pytest.mark.long)


def _on_postgresql(item: pytest.Item) -> bool:
    """Whether the test runs on PostgreSQL this time."""
    chosen = getattr(item, "callspec", None)
    return chosen is not None and "postgresql" in chosen.params.values()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A PostgreSQL in which databases can be made."""
    try:
        with postgresql.server() as url:
            yield url
    except choice.ServerUnavailableError as reason:
        choice.give_up(reason)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The address of a Valkey or Redis."""
    try:
        with valkey.server() as url:
            yield url
    except choice.ServerUnavailableError as reason:
        choice.give_up(reason)


@pytest.fixture
def fragile_valkey() -> Iterator[valkey.FragileServer]:
    """A server of the test's own, to be killed, flushed and made to hang."""
    try:
        with valkey.fragile() as server:
            yield server
    except choice.ServerUnavailableError as reason:
        choice.give_up(reason)
