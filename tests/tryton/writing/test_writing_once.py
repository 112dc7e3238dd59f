"""One document for one proposal, whatever dies, and whoever is faster."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from adapters.canonical.proposal import ProposalKind, RequisitionProposal
from adapters.ports import Failure, Idempotency, WriteResult, Written
from tests.adapters.builders_canonical import proposal
from tests.tryton.preparing import Flavour
from tests.tryton.seeded import APPROVING_SERVICE, PURCHASER
from tests.tryton.writing.buying import REQUISITION, requisition
from tests.tryton.writing.counterpart import SHIPMENT, TrytonCounterpart

pytestmark = pytest.mark.tryton
RACERS = 6


def transfer(reference: str, **different: Any) -> RequisitionProposal:
    usual = {"kind": ProposalKind.TRANSFER, "supplier_id": None, "from_location_id": "HAMBURG"}
    return proposal(reference, **{**usual, **different})


def create(other: TrytonCounterpart, *wanted: RequisitionProposal, **different: Any) -> Written:
    return other.erp(**different).create(wanted)[0]


@pytest.mark.parametrize("lost", ["create", "wait"])
def test_a_requisition_whose_answer_was_lost_is_found_and_finished(
    other: TrytonCounterpart, lost: str
) -> None:
    erp = other.erp()
    other.relay.swallows = {f"model.{REQUISITION}.{lost}"}
    assert create(other, proposal("PL-1")).failure is Failure.AMBIGUOUS
    other.relay.swallows = set()
    assert erp.find(["PL-1"])["PL-1"].unfinished is (lost == "create")
    assert create(other, proposal("PL-1")).result is WriteResult.TAKEN
    assert other.documents() == {"PL-1": [Decimal("120.5")]}
    assert not erp.find(["PL-1"])["PL-1"].unfinished


def test_going_down_after_the_making_is_not_taken_for_not_made(other: TrytonCounterpart) -> None:
    other.relay.before[f"model.{REQUISITION}.wait"] = lambda: setattr(other.relay, "down", True)
    assert create(other, proposal("PL-1")).failure is Failure.AMBIGUOUS
    other.relay.down = False
    assert set(other.documents()) == {"PL-1"}


@pytest.mark.parametrize("kind", [ProposalKind.REQUISITION, ProposalKind.TRANSFER])
def test_six_that_race_find_the_one_document_where_references_are_unique(
    other: TrytonCounterpart, kind: ProposalKind
) -> None:
    if other.flavour is not Flavour.UNIQUE:
        pytest.skip("stock Tryton lets numbers repeat: there, one asks at a time")
    wanted = proposal("PL-1") if kind is ProposalKind.REQUISITION else transfer("PL-1")
    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(lambda _: create(other, wanted), range(RACERS)))
    assert {answer.result for answer in answers} == {WriteResult.TAKEN}
    assert other.documents() == {"PL-1": [Decimal("120.5")]}


def test_what_people_rejected_is_refused_when_it_is_asked_for_again_and_made_as_a_new_offer(
    other: TrytonCounterpart,
) -> None:
    create(other, proposal("PL-1"))
    person = other.person(PURCHASER)
    person.press(REQUISITION, [requisition(person, "PL-1")], "reject")
    erp = other.erp()
    assert erp.find(["PL-1"]) == {}
    again = create(other, proposal("PL-1"))
    assert (again.failure, again.detail) == (Failure.REJECTED, "PL-1 is rejected in Tryton.")
    offered_again = create(other, proposal("PL-1", offer=2))
    assert (offered_again.key, offered_again.native_id) == ("PL-1", "PL-1#2")
    assert erp.find(["PL-1"])["PL-1"].native_id == "PL-1#2"


def test_what_people_took_up_again_answers_a_later_offer_of_it(other: TrytonCounterpart) -> None:
    create(other, proposal("PL-1"))
    person = other.person(PURCHASER)
    person.press(REQUISITION, [requisition(person, "PL-1")], "reject", "draft", "wait")
    assert create(other, proposal("PL-1", offer=2)).native_id == "PL-1"
    assert len(other.documents()["PL-1"]) == 1


def test_documents_from_before_our_module_was_there_are_found_by_their_number(
    other: TrytonCounterpart,
) -> None:
    create(other, proposal("PL-1"), transfer("PL-2"), idempotency=Idempotency.SEARCH_FIRST)
    create(other, proposal("PL-1"), transfer("PL-2"))
    assert set(other.erp().find(["PL-1", "PL-2"])) == {"PL-1", "PL-2"}
    assert {key: len(found) for key, found in other.documents().items()} == {"PL-1": 1, "PL-2": 1}


def test_references_that_look_like_patterns_are_taken_literally(other: TrytonCounterpart) -> None:
    create(other, proposal("PL_1"), proposal("PL%"), proposal("PLx1#2"))
    erp = other.erp()
    assert set(erp.find(["PL_1", "PL-1", "PL%"])) == {"PL_1", "PL%"}


def test_a_transfer_outlives_trytons_own_planning_which_deletes_requests(
    other: TrytonCounterpart,
) -> None:
    create(other, transfer("PL-1"), transfer("PL-2"))
    domain = [["number", "=", "PL-2"]]
    [request] = other.administrator.find(SHIPMENT, domain, "state")
    other.administrator.write(SHIPMENT, [request["id"]], state="request")
    other.administrator.run("stock.supply", {"start": {"warehouses": []}}, "create_")
    assert other.documents() == {"PL-1": [Decimal("120.5")]}


def test_where_we_approve_a_requisition_becomes_a_request_and_a_transfer_waits_for_goods(
    other: TrytonCounterpart,
) -> None:
    approving = {"login": APPROVING_SERVICE, "approve": True}
    create(other, proposal("PL-1"), transfer("PL-2"), **approving)
    person = other.person(PURCHASER)
    [found] = person.find(
        REQUISITION, [["number", "=", "PL-1"]], "state", "lines.purchase_requests"
    )
    assert found["state"] == "processing"
    assert found["lines."][0]["purchase_requests"]
    [shipment] = person.find(SHIPMENT, [["number", "=", "PL-2"]], "state")
    assert shipment["state"] == "waiting"
