"""Whether anything changed in a real Tryton is known without reading it all."""

from collections.abc import Iterator

import pytest

from adapters.erp.tryton.reading.watch import Watch
from adapters.erp.tryton.rpc import Rpc
from tests.tryton.person import Person
from tests.tryton.reading.reader import settings_of
from tests.tryton.seeded import ADMINISTRATOR
from tests.tryton.server import TrytonServer

pytestmark = pytest.mark.tryton

PARTY = "party.party"


@pytest.fixture
def rpc(tryton: TrytonServer) -> Iterator[Rpc]:
    opened = Rpc(settings_of(tryton))
    yield opened
    opened.close()


def test_what_is_made_changed_or_deleted_is_news_once(tryton: TrytonServer, rpc: Rpc) -> None:
    person = Person(tryton, ADMINISTRATOR)
    watch = Watch(rpc, (PARTY, "stock.location"))
    assert watch.has_news()  # nobody knows what was before
    assert not watch.has_news()
    [made] = person.create(PARTY, {"name": "Newcomer"})
    assert [watch.has_news(), watch.has_news()] == [True, False]
    person.write(PARTY, [made], active=False)
    assert [watch.has_news(), watch.has_news()] == [True, False]
    person.call(PARTY, "delete", [made])
    assert [watch.has_news(), watch.has_news()] == [True, False]
    [place] = person.find("stock.location", [["code", "=", "SHOP"]], "id")
    person.write("stock.location", [place["id"]], name="Shop")
    assert [watch.has_news(), watch.has_news()] == [True, False]
