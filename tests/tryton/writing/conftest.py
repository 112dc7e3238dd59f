"""One Tryton per flavour for all tests here; each test begins without documents of ours."""

from collections.abc import Iterator

import pytest

from tests.servers import choice
from tests.tryton.person import Person
from tests.tryton.preparing import Flavour
from tests.tryton.seeded import ADMINISTRATOR
from tests.tryton.seeded_files import fresh_copy
from tests.tryton.server import TrytonServer
from tests.tryton.writing.counterpart import TrytonCounterpart
from tests.tryton.writing.fittings import furnish


@pytest.fixture(scope="session", params=list(Flavour))
def workplace(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TrytonCounterpart]:
    """A running Tryton that knows what the contract speaks of."""
    folder = tmp_path_factory.mktemp("tryton")
    try:
        tryton = TrytonServer(folder, fresh_copy(folder, request.param))
        tryton.start()
    except choice.ServerUnavailableError as reason:
        choice.give_up(reason)
    furnish(Person(tryton, ADMINISTRATOR))
    counterpart = TrytonCounterpart(tryton, request.param)
    yield counterpart
    counterpart.relay.close()
    tryton.stop()


@pytest.fixture
def other(workplace: TrytonCounterpart) -> Iterator[TrytonCounterpart]:
    """The same, without what earlier tests have made."""
    workplace.relay.recover()
    workplace.forget()
    yield workplace
    workplace.close()
