"""What becomes of our documents in Tryton comes back as answers, in Tryton's numbers and dates."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from adapters.canonical.proposal import ProposalKind
from adapters.erp.tryton.follow_states import STATES
from adapters.ports import IncomingBatch, IncomingKind, IntakeReport, Source
from service.sync.proposal_answers import ProposalAnswer
from tests.adapters.builders_canonical import proposal
from tests.tryton.seeded import PURCHASER
from tests.tryton.writing.buying import (
    REQUISITION,
    buy,
    confirm,
    give_up,
    purchase,
    receive,
    requisition,
    ship,
)
from tests.tryton.writing.counterpart import TrytonCounterpart

pytestmark = pytest.mark.tryton

TODAY = date.today()  # noqa: DTZ011  Tryton's own day is the local one


class Follower:
    """Reads the answers as the service polls them."""

    def __init__(self, other: TrytonCounterpart) -> None:
        self._source = _source(other)
        self._cursor: str | None = None
        self.news()

    def news(self) -> list[Mapping[str, Any]]:
        """The rows that came since it was asked last."""
        return [values for batch in self._batches() for values in _values(batch)]

    def _batches(self) -> Iterator[IncomingBatch]:
        while found := self._source.read(self._cursor):
            batch, self._cursor = found
            self._source.settle(batch, IntakeReport(batch.reference, {}))
            yield batch


def _source(other: TrytonCounterpart) -> Source:
    source = other.opened(reads=(IncomingKind.PROPOSAL_ANSWERS,), overlap_seconds=1).source
    assert source is not None
    return source


def _values(batch: IncomingBatch) -> list[Mapping[str, Any]]:
    """Each row is one that the service understands."""
    assert batch.kind is IncomingKind.PROPOSAL_ANSWERS
    assert not batch.unreadable
    values = [row.values for row in batch.rows if not hasattr(row, "model_dump")]
    for row in values:
        ProposalAnswer.model_validate_json(json.dumps(dict(row)))
    return values


def test_the_table_knows_every_state_that_tryton_has(other: TrytonCounterpart) -> None:
    for model, states in STATES.items():
        field = other.administrator.call(model, "fields_get", ["state"])["state"]
        assert {state for state, _ in field["selection"]} == set(states)


def test_a_requisition_is_followed_to_its_receipt(other: TrytonCounterpart) -> None:
    other.erp().create([proposal("PL-1")])
    follower, person = Follower(other), other.person(PURCHASER)
    purchases = buy(person, "PL-1")
    assert follower.news() == []
    confirm(person, purchases)
    [ordered] = follower.news()
    assert (ordered["external_ref"], ordered["answer"]) == ("PL-1", "ordered")
    assert ordered["ordered_quantity"] == "120.5"
    assert ordered["purchase_order_number"]
    assert follower.news() == []
    receive(person, purchases)
    [closed] = follower.news()
    assert (closed["external_ref"], closed["answer"]) == ("PL-1", "closed")


def test_requisitions_that_became_one_line_are_answered_each(other: TrytonCounterpart) -> None:
    other.erp().create([proposal("PL-1"), proposal("PL-2", quantity=30)])
    follower, person = Follower(other), other.person(PURCHASER)
    confirm(person, buy(person, "PL-1", "PL-2"))
    told = {row["external_ref"]: row["ordered_quantity"] for row in follower.news()}
    assert told == {"PL-1": "120.5", "PL-2": "30"}


def test_a_rejection_comes_with_the_words_of_who_rejected(other: TrytonCounterpart) -> None:
    other.erp().create([proposal("PL-1")])
    follower, person = Follower(other), other.person(PURCHASER)
    found = requisition(person, "PL-1")
    note = {"resource": f"{REQUISITION},{found}", "message": "There is enough in the yard."}
    person.create("ir.note", note)
    person.press(REQUISITION, [found], "reject")
    assert follower.news() == [
        {
            "external_ref": "PL-1",
            "answer": "refused",
            "offer": 1,
            "erp_number": "PL-1",
            "reason": "Paula Purchaser rejected PL-1 in Tryton: There is enough in the yard.",
        }
    ]


def test_what_we_cancelled_ourselves_is_no_news(other: TrytonCounterpart) -> None:
    erp = other.erp()
    erp.create([proposal("PL-1")])
    follower = Follower(other)
    erp.create([proposal("PL-1", kind=ProposalKind.CANCEL, revision=2)])
    assert follower.news() == []


def test_a_cancelled_purchase_is_no_news_until_its_request_is_decided_about(
    other: TrytonCounterpart,
) -> None:
    other.erp().create([proposal("PL-1")])
    follower, person = Follower(other), other.person(PURCHASER)
    purchases = buy(person, "PL-1")
    person.press("purchase.purchase", purchases, "cancel")
    assert follower.news() == []
    give_up(person, purchases)
    [refused] = follower.news()
    assert (refused["external_ref"], refused["answer"]) == ("PL-1", "refused")


def test_a_transfer_is_followed_over_the_road(other: TrytonCounterpart) -> None:
    other.erp().create(
        [
            proposal(
                "PL-1",
                kind=ProposalKind.TRANSFER,
                from_location_id="HAMBURG",
                order_date=TODAY,
                required_date=TODAY + timedelta(days=3),
            )
        ]
    )
    follower, person = Follower(other), other.person(PURCHASER)
    ship(person, "PL-1", "wait", "assign_force", "pack")
    assert follower.news() == []
    ship(person, "PL-1", "ship")
    [shipped] = follower.news()
    assert (shipped["external_ref"], shipped["answer"]) == ("PL-1", "shipped")
    assert shipped["expected_date"] == (TODAY + timedelta(days=3)).isoformat()
    ship(person, "PL-1", "do")
    [received] = follower.news()
    assert received["answer"] == "received"
    assert received["occurred_at"] > shipped["occurred_at"]


def test_a_transfer_that_people_cancelled_is_refused(other: TrytonCounterpart) -> None:
    wanted = proposal("PL-1", kind=ProposalKind.TRANSFER, from_location_id="HAMBURG")
    other.erp().create([wanted])
    follower, person = Follower(other), other.person(PURCHASER)
    ship(person, "PL-1", "cancel")
    [refused] = follower.news()
    assert refused["reason"] == "Paula Purchaser cancelled PL-1 in Tryton."


def test_documents_of_others_are_not_followed(other: TrytonCounterpart) -> None:
    person = other.person(PURCHASER)
    other.erp().create([proposal("PL-1")])
    [copy] = person.call(REQUISITION, "copy", [requisition(person, "PL-1")], {"supply_date": TODAY})
    follower = Follower(other)
    person.press(REQUISITION, [copy], "wait", "approve")
    [found] = person.find(REQUISITION, [["id", "=", copy]], "number")
    confirm(person, purchase(person, found["number"]))
    assert follower.news() == []
