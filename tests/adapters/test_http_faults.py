"""What goes wrong on the wire, and what each fault means for the next try."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.ports import Failure, OutsideSystem, PortError, WriteResult
from tests.adapters.builders_canonical import event, outlook, proposal
from tests.adapters.http_partner import HttpPartner
from tests.adapters.http_writes import REPEATABLE, Write, create, deliver
from tests.adapters.simulated_http_system import Behaviour


@pytest.fixture
def system(partner: HttpPartner) -> Iterator[OutsideSystem]:
    opened = partner.opened()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (Behaviour.BREAKS_BEFORE, Failure.AMBIGUOUS),
        (Behaviour.BREAKS_AFTER, Failure.AMBIGUOUS),
        (Behaviour.HANGS_UP_AFTER, Failure.AMBIGUOUS),
        (Behaviour.PAGE_FOR_PEOPLE, Failure.AMBIGUOUS),
        (Behaviour.CUT_SHORT, Failure.AMBIGUOUS),
        (Behaviour.ANOTHERS_ANSWER, Failure.AMBIGUOUS),
        (Behaviour.BUSY, Failure.TEMPORARY),
        (Behaviour.REFUSES, Failure.REJECTED),
        (Behaviour.HOLDS_ANOTHER, Failure.CONFLICT),
        (Behaviour.GONE, Failure.REJECTED),
    ],
)
def test_what_a_create_that_fails_may_have_done(
    partner: HttpPartner, system: OutsideSystem, behaviour: Behaviour, failure: Failure
) -> None:
    with partner.behaving(behaviour):
        written = create(system)
    assert (written.result, written.failure) == (WriteResult.FAILED, failure)
    if failure is not Failure.AMBIGUOUS:
        assert partner.documents() == {}


def test_a_listener_that_is_gone_is_asked_once_and_says_that_it_wants_no_more(
    partner: HttpPartner, system: OutsideSystem
) -> None:
    assert system.events is not None
    with partner.behaving(Behaviour.GONE):
        gone, left = system.events.deliver_events([event(), event("E-2")])
    assert (gone.unwanted, gone.failure) == (True, Failure.REJECTED)
    assert left.failure is Failure.TEMPORARY
    assert not deliver(system).unwanted


@pytest.mark.parametrize("write", REPEATABLE)
@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (Behaviour.BREAKS_AFTER, Failure.TEMPORARY),
        (Behaviour.HANGS_UP_AFTER, Failure.TEMPORARY),
        (Behaviour.PAGE_FOR_PEOPLE, Failure.TEMPORARY),
        (Behaviour.BUSY, Failure.TEMPORARY),
        (Behaviour.REFUSES, Failure.REJECTED),
        (Behaviour.HOLDS_ANOTHER, Failure.CONFLICT),
        (Behaviour.GONE, Failure.REJECTED),
    ],
)
def test_what_can_be_repeated_is_never_ambiguous(
    partner: HttpPartner,
    system: OutsideSystem,
    write: Write,
    behaviour: Behaviour,
    failure: Failure,
) -> None:
    system = partner.opened()
    with partner.behaving(behaviour):
        assert write(system).failure is failure
    assert write(system).failure is None
    system.close()


def test_busy_says_how_long_and_the_rest_of_the_batch_is_not_tried(
    partner: HttpPartner, system: OutsideSystem
) -> None:
    assert system.erp is not None
    with partner.behaving(Behaviour.BUSY):
        first, second = system.erp.create([proposal("PL-1"), proposal("PL-2")])
    assert first.retry_after == second.retry_after == timedelta(seconds=7)
    assert second.failure is Failure.TEMPORARY
    assert second.detail.startswith("not tried")


def test_a_refused_document_does_not_stop_the_others(
    partner: HttpPartner, system: OutsideSystem
) -> None:
    assert system.crm is not None
    answers = system.crm.write_outlooks([outlook(".."), outlook("OPP-8")])
    assert [answer.failure for answer in answers] == [Failure.REJECTED, None]
    assert set(partner.outlooks()) == {"OPP-8"}


def test_a_refusal_says_what_the_system_said(partner: HttpPartner, system: OutsideSystem) -> None:
    with partner.behaving(Behaviour.REFUSES):
        detail = create(system).detail
    assert detail.endswith("422 No such item: BOLT-8 is not known here.")


@pytest.mark.parametrize("behaviour", [Behaviour.PAGE_FOR_PEOPLE, Behaviour.CUT_SHORT])
def test_looking_up_never_takes_a_strange_answer_for_no_document(
    partner: HttpPartner, system: OutsideSystem, behaviour: Behaviour
) -> None:
    assert system.erp is not None
    create(system)
    with partner.behaving(behaviour), pytest.raises(PortError) as raised:
        system.erp.find(["PL-1"])
    assert raised.value.failure is Failure.TEMPORARY
    assert system.erp.find(["PL-1"])["PL-1"].native_id == "PR-1"


def test_what_the_system_said_is_short_and_can_be_shown_and_stored(partner: HttpPartner) -> None:
    partner.server.memory.title_of_strangers = "no\x00\ud800 " + "x" * 10_000
    partner.server.memory.refuses_us_after = 0
    system = partner.opened()
    with pytest.raises(PortError) as raised:
        create(system)
    system.close()
    assert raised.value.detail.isprintable()
    assert len(raised.value.detail) == 500
