"""Where the system refuses us, no document is to blame."""

from collections.abc import Iterator

import pytest

from adapters.ports import Failure, OutsideSystem, PortError
from tests.adapters.builders_canonical import proposal
from tests.adapters.http_partner import HttpPartner
from tests.adapters.http_writes import (
    REPEATABLE,
    Write,
    create,
    deliver,
    tell_forecast,
    tell_outlook,
)
from tests.adapters.simulated_http_system import Behaviour


@pytest.fixture
def system(partner: HttpPartner) -> Iterator[OutsideSystem]:
    opened = partner.opened()
    yield opened
    opened.close()


def test_a_wrong_token_is_no_proposals_fault_and_is_never_shown(partner: HttpPartner) -> None:
    partner.server.memory.token = "the-right-one"  # noqa: S105  of the test only
    system = partner.opened(bearer_token="a-wrong-one")  # noqa: S106  of the test only
    with pytest.raises(PortError, match="401 Who are you") as raised:
        create(system)
    assert raised.value.failure is Failure.REJECTED
    assert "a-wrong-one" not in raised.value.detail
    system.close()
    system = partner.opened(bearer_token="the-right-one")  # noqa: S106  of the test only
    assert create(system).failure is None
    system.close()


@pytest.mark.parametrize("write", [create, *REPEATABLE])
def test_a_redirect_is_not_followed_and_no_documents_fault(
    partner: HttpPartner, system: OutsideSystem, write: Write
) -> None:
    with (
        partner.behaving(Behaviour.MOVED),
        pytest.raises(PortError, match="302 leads to /elsewhere") as raised,
    ):
        write(system)
    assert raised.value.failure is Failure.REJECTED
    assert partner.server.memory.headers == []


def test_a_wrong_address_is_no_documents_fault_but_an_unknown_opportunity_is_one(
    partner: HttpPartner,
) -> None:
    nowhere = {"outlook": "nowhere/{id}", "requisitions": "nowhere", "forecasts": "nowhere"}
    system = partner.opened(paths=nowhere)
    assert tell_outlook(system).failure is Failure.REJECTED
    for write in (create, tell_forecast):
        with pytest.raises(PortError, match="404"):
            write(system)
    system.close()


def test_a_token_that_is_withdrawn_midway_leaves_the_rest_for_later(
    partner: HttpPartner, system: OutsideSystem
) -> None:
    assert system.erp is not None
    partner.server.memory.refuses_us_after = 1
    first, second = system.erp.create([proposal("PL-1"), proposal("PL-2")])
    assert (first.failure, second.failure) == (None, Failure.TEMPORARY)
    assert second.detail.startswith("not tried: ")


def test_our_token_is_not_shown_to_who_listens_for_events(partner: HttpPartner) -> None:
    system = partner.opened(bearer_token="secret-token")  # noqa: S106  of the test only
    deliver(system)
    assert "authorization" not in partner.server.memory.headers[-1]
    system.close()
