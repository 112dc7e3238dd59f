"""The outlook on an opportunity: one note that is written over, and no echo."""

import pytest

from adapters.ports import CrmPort, Failure
from tests.adapters.builders_canonical import outlook
from tests.tryton.seeded import PURCHASER
from tests.tryton.writing.counterpart import TrytonCounterpart

pytestmark = pytest.mark.tryton


def crm_of(other: TrytonCounterpart) -> CrmPort:
    crm = other.opened().crm
    assert crm is not None
    return crm


def test_an_outlook_does_not_change_its_opportunity_so_that_no_echo_comes(
    other: TrytonCounterpart,
) -> None:
    changes = ("write_date", "create_date")
    before = other.administrator.find("sale.opportunity", [], *changes)
    crm_of(other).write_outlooks([outlook("OPP-7", version=1)])
    crm_of(other).write_outlooks([outlook("OPP-7", version=2)])
    assert other.administrator.find("sale.opportunity", [], *changes) == before


def test_an_older_outlook_never_takes_the_place_of_a_newer_one(other: TrytonCounterpart) -> None:
    crm_of(other).write_outlooks([outlook("OPP-7", version=5)])
    [answer] = crm_of(other).write_outlooks([outlook("OPP-7", version=4)])
    assert answer.failure is None
    assert other.outlooks()["OPP-7"][0] == 5


def test_notes_of_people_are_left_alone(other: TrytonCounterpart) -> None:
    [found] = other.administrator.find("sale.opportunity", [["number", "=", "OPP-7"]], "id")
    resource = f"sale.opportunity,{found['id']}"
    said = {"resource": resource, "message": "Pegline supply outlook, version 99\nJust kidding"}
    other.person(PURCHASER).create("ir.note", said)
    crm_of(other).write_outlooks([outlook("OPP-7", version=1)])
    assert other.outlooks()["OPP-7"][0] == 1


def test_an_unknown_opportunity_spoils_no_other(other: TrytonCounterpart) -> None:
    lost, told = crm_of(other).write_outlooks([outlook("OPP-9"), outlook("OPP-7")])
    assert (lost.failure, lost.detail) == (
        Failure.REJECTED,
        "Tryton has no opportunity 'OPP-9'.",
    )
    assert told.failure is None
    assert set(other.outlooks()) == {"OPP-7"}


def test_many_new_outlooks_are_written_by_one_call(other: TrytonCounterpart) -> None:
    crm_of(other).write_outlooks([outlook("OPP-7"), outlook("OPP 8/ä")])
    assert other.relay.calls.count("model.ir.note.create") == 1


def test_a_note_that_changes_meanwhile_is_looked_at_again(other: TrytonCounterpart) -> None:
    crm = crm_of(other)
    crm.write_outlooks([outlook("OPP-7", version=1)])

    def told_by_another_process() -> None:
        crm_of(other).write_outlooks([outlook("OPP-7", version=3)])

    other.relay.before["model.ir.note.write"] = told_by_another_process
    [answer] = crm.write_outlooks([outlook("OPP-7", version=2)])
    assert answer.failure is None
    assert other.outlooks()["OPP-7"][0] == 3
