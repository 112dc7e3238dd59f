"""One Tryton for all tests of a file, for each way to connect it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.servers import choice
from tests.tryton.preparing import Flavour
from tests.tryton.server import DatabaseKind
from tests.tryton.story.connected_company import ConnectedCompany, connected_company
from tests.tryton.story.deliveries import Deliveries, deliveries
from tests.tryton.story.place import Place, Way, opened

_WAYS = [
    pytest.param(Way(Flavour.STOCK, DatabaseKind.SQLITE), id="search_first-sqlite"),
    pytest.param(Way(Flavour.UNIQUE, DatabaseKind.POSTGRESQL), id="unique-postgresql"),
]


@pytest.fixture(scope="module", params=_WAYS)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A Tryton that nobody is connected to yet."""
    folder = tmp_path_factory.mktemp("story")
    with ExitStack() as held:
        try:
            there = held.enter_context(
                opened(request.param, folder, lambda: request.getfixturevalue("postgresql_server"))
            )
        except choice.ServerUnavailableError as reason:
            choice.give_up(reason)
        yield there


@pytest.fixture(scope="module")
def company(place: Place) -> Iterator[ConnectedCompany]:
    """The company on an ordinary morning, just connected; the chapters go on where others end."""
    with connected_company(place) as connected:
        yield connected


@pytest.fixture(scope="module")
def on_the_way(place: Place) -> Iterator[Deliveries]:
    """Two hundred products, and a connection over which nothing was sent yet."""
    with deliveries(place) as made:
        yield made
