"""A change that is seen after newer ones is read, on the databases that Tryton may have."""

from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from adapters.erp.tryton.reading.sweep import Change, Place
from adapters.erp.tryton.reading.tracks import own_tracks
from adapters.erp.tryton.rpc import Rpc
from adapters.erp.tryton.settings import READABLE
from adapters.ports import IncomingKind
from tests.tryton.person import Person
from tests.tryton.reading.reader import reading, settings_of
from tests.tryton.seeded import ADMINISTRATOR
from tests.tryton.server import DatabaseKind, TrytonServer

pytestmark = pytest.mark.tryton

_STAMPED = "name = %s, write_date = CURRENT_TIMESTAMP AT TIME ZONE 'UTC'"


@pytest.mark.parametrize("database", [DatabaseKind.POSTGRESQL])
def test_a_change_whose_transaction_ends_late_is_read_although_newer_ones_were(
    tryton: TrytonServer,
) -> None:
    person = Person(tryton, ADMINISTRATOR)
    [other] = person.find("party.party", [["code", "=", "CUS-2"]], "name")
    with reading(tryton, IncomingKind.ACCOUNTS) as reader:
        reader.batches()
        with psycopg.connect(_address(tryton)) as late:
            late.execute(f"UPDATE party_party SET {_STAMPED} WHERE code = 'CUS-1'", ["Late"])  # noqa: S608  nothing of it comes from outside
            person.write("party.party", [other["id"]], name="Early")
            assert [row["name"] for row in reader.rows()] == ["Early"]
        assert [row["name"] for row in reader.rows()] == ["Late"]
        assert reader.rows() == []


def _address(tryton: TrytonServer) -> str:
    """Tryton names the server, and the database beside it."""
    parts = urlsplit(tryton.storage.uri)
    return urlunsplit(parts._replace(path=f"/{tryton.storage.name}"))


@pytest.mark.parametrize("database", list(DatabaseKind))
def test_all_kinds_are_read_to_their_end(tryton: TrytonServer) -> None:
    kinds = [kind for kind in READABLE if kind is not IncomingKind.PROPOSAL_ANSWERS]
    with reading(tryton, *kinds) as reader:
        assert {batch.kind for batch in reader.batches()} == set(kinds)
        assert reader.next() is None


@pytest.mark.parametrize("database", list(DatabaseKind))
def test_many_moves_of_one_moment_are_read_page_by_page(tryton: TrytonServer) -> None:
    """The seed ships all at once: hundreds of moves have one stamp."""
    rpc = Rpc(settings_of(tryton))
    domain = [["state", "=", "done"], ["to_location.type", "=", "customer"]]
    for track in own_tracks("stock.move", domain):
        found: list[Change] = []
        sweeper, place = track.sweeper(rpc, 70), Place()
        while page := sweeper.next_page(place):
            found += page.changes
            place = page.place
        assert [change.id for change in found] == sorted({change.id for change in found})
        wanted = [*domain, ["write_date", "=" if track.stamp == "create_date" else "!=", None]]
        assert len(found) == rpc.call("stock.move", "search_count", wanted)
    rpc.close()
