"""What the ERP had ordered before we came is not ordered again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from service.access.api_keys import Scope
from service.exceptions.queue import ExceptionState
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind, Outcome
from service.feeds.row_reading import read_object
from service.go_live import IN_FLIGHT
from service.go_live.in_flight import AdoptionResult, adopt_again, adopt_in_flight
from service.go_live.in_flight_routes import router
from service.go_live.in_flight_words import InFlightRequisition
from service.proposals.committed import committed
from service.proposals.states import AMENDABLE
from service.proposals.tables import ProposalEventRow, ProposalRow
from service.replenishment.story import tell_story
from service.signals.replay_routes import router as replays
from tests.service.builders_feeds import ClientFor, Erp, box, clean, dirty, item, key_for, purchase
from tests.service.builders_plan import plan, proposals, recommendations

KEY = ("BOTTLE", "UK")


def _told(**fields: Any) -> dict[str, Any]:
    usual = {
        "erp_number": "BANF-1",
        "item_id": "BOTTLE",
        "location_id": "UK",
        "quantity": "5000",
        "expected_date": "2011-09-05",
        "state": "acknowledged",
    }
    return {**usual, **fields}


def _adopt(erp: Erp, *rows: dict[str, Any]) -> list[AdoptionResult]:
    read = [read_object(InFlightRequisition, raw, index) for index, raw in enumerate(rows)]
    with erp.context.database.write() as session:
        return adopt_in_flight(session, erp.system, read, erp.context.clock())


def _outcomes(results: list[AdoptionResult]) -> list[Outcome]:
    return [one.result for one in results]


def _counted(erp: Erp) -> list[int]:
    with erp.context.database.read() as session:
        return [int(one.quantity) for one in committed(session, {KEY})]


def _open(erp: Erp) -> list[ProposalRow]:
    return [row for row in proposals(erp.context) if row.state in AMENDABLE]


def test_without_adoption_it_would_be_ordered(erp: Erp) -> None:
    plan(erp.context)
    assert [row.recommended_quantity > 0 for row in _open(erp)] == [True]


@pytest.mark.parametrize("state", ["acknowledged", "ordered"])
def test_what_was_adopted_is_not_ordered_again(erp: Erp, state: str) -> None:
    assert _outcomes(_adopt(erp, _told(quantity="190", state=state))) == [Outcome.STORED]
    plan(erp.context)
    (needed,) = recommendations(erp.context)
    terms = {term["kind"]: Decimal(term["quantity"]) for term in needed.explanation["terms"]}
    assert -190 in terms.values() or 190 in terms.values()
    assert _outcomes(_adopt(erp, _told(erp_number="BANF-2", state=state))) == [Outcome.STORED]
    plan(erp.context)
    assert _open(erp) == []


def test_an_open_proposal_goes_once_the_need_is_seen_to_be_covered(erp: Erp) -> None:
    plan(erp.context)
    assert len(_open(erp)) == 1
    _adopt(erp, _told())
    plan(erp.context)
    assert _open(erp) == []


def test_adopted_twice_is_adopted_once(erp: Erp) -> None:
    first, again = _adopt(erp, _told(), _told())
    assert (first.result, again.result) == (Outcome.STORED, Outcome.UNCHANGED)
    clean(erp.context)
    (third,) = _adopt(erp, _told())
    assert third.result is Outcome.UNCHANGED
    assert first.external_ref == again.external_ref == third.external_ref
    assert _counted(erp) == [5000]
    assert dirty(erp.context) == {}


def test_the_same_number_may_have_lines_and_may_be_anothers(erp: Erp) -> None:
    _adopt(erp, _told(line="10"), _told(line="20"), _told())
    other = Erp(erp.context, system="erp-2")
    assert _outcomes(_adopt(other, _told(line="10"))) == [Outcome.STORED]
    assert _counted(erp) == [5000] * 4


def test_another_quantity_under_an_adopted_number_is_refused(erp: Erp) -> None:
    _adopt(erp, _told())
    (other,) = _adopt(erp, _told(quantity="4000"))
    assert other.result is Outcome.REJECTED
    assert other.problem is not None
    assert "progress" in other.problem["remedy"]
    assert _counted(erp) == [5000]


@pytest.mark.parametrize(
    "shown",
    [
        {"proposal_ref": "BANF-1"},
        {"purchase_order_number": "PO-77"},
        {"native_id": "PO-77"},
        {"native_id": "PO-77/10"},
    ],
)
def test_once_the_feed_shows_the_order_only_the_feed_counts(
    erp: Erp, shown: dict[str, str]
) -> None:
    _adopt(erp, _told(state="ordered", purchase_order_number="PO-77"))
    named = {name: value for name, value in shown.items() if name != "native_id"}
    line = purchase(shown.get("native_id", "4500/1"), "5000", **named)
    erp.send(FeedKind.OPEN_ORDERS, line)
    assert _counted(erp) == []
    plan(erp.context)
    (row,) = (one for one in proposals(erp.context) if one.kind == "requisition")
    assert row.seen_in_erp_at is not None


@pytest.mark.parametrize(
    "other", [{"native_id": "PO-777/10"}, {"native_id": "PO-7"}, {"system": "erp-2"}]
)
def test_a_line_of_another_order_shows_nothing(erp: Erp, other: dict[str, str]) -> None:
    _adopt(erp, _told(state="ordered", purchase_order_number="PO-77"))
    teller = Erp(erp.context, system=other.get("system", "erp"))
    line = purchase(other.get("native_id", "PO-77/10"), "1")
    source = line.source.model_copy(update={"system": teller.system})
    teller.send(FeedKind.OPEN_ORDERS, line.model_copy(update={"source": source}))
    assert _counted(erp) == [5000]


def test_quantities_are_told_in_any_unit_of_the_item(erp: Erp) -> None:
    erp.send(FeedKind.ITEMS, item("BOTTLE", conversions=(box("12"),)))
    _adopt(erp, _told(quantity="10", unit="BOX"))
    assert _counted(erp) == [120]


def test_what_is_unknown_waits_as_an_exception_and_is_adopted_later(erp: Erp) -> None:
    results = _adopt(
        erp,
        _told(item_id="CUP"),
        _told(erp_number="BANF-2", location_id="MARS"),
        _told(erp_number="BANF-3", unit="CRATE"),
    )
    assert _outcomes(results) == [Outcome.EXCEPTION] * 3
    assert proposals(erp.context) == []
    erp.send(FeedKind.ITEMS, item("CUP"))
    assert _outcomes(_adopt(erp, _told(item_id="CUP"))) == [Outcome.STORED]
    with erp.context.database.read() as session:
        told = session.execute(select(ExceptionRow.kind, ExceptionRow.state))
        states = {row[0]: row[1] for row in told}
    assert states["unknown_product"] == ExceptionState.REPLAYED
    assert states["unknown_unit"] == ExceptionState.OPEN


def test_its_history_begins_with_the_adoption(erp: Erp) -> None:
    _adopt(erp, _told(purchase_order_number="PO-77", state="ordered"))
    (row,) = proposals(erp.context)
    with erp.context.database.read() as session:
        (event,) = session.scalars(select(ProposalEventRow)).all()
        story = tell_story(session, row.external_ref)
    assert (event.event, event.from_state, event.to_state) == ("adopted", None, "ordered")
    assert event.actor == "system:erp"
    assert row.external_ref.startswith("PEG-")
    assert (row.erp_number, row.purchase_order_number) == ("BANF-1", "PO-77")
    assert row.expected_date == date(2011, 9, 5)
    assert story is not None
    assert story["proposal"]["erp_number"] == "BANF-1"


def test_two_adoptions_at_once_make_one_proposal(erp: Erp) -> None:
    rows = [_told(line=str(number)) for number in range(20)]
    threads = [Thread(target=_adopt, args=(erp, *order)) for order in (rows, list(reversed(rows)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(proposals(erp.context)) == 20
    assert _counted(erp) == [5000] * 20


@pytest.fixture
def client(erp: Erp, client_for: ClientFor) -> TestClient:
    client: TestClient = client_for(router)
    client.headers.update(key_for(erp.context, "erp", Scope.PROPOSALS_CLAIM))
    return client


def test_an_erp_adopts_over_http_once(client: TestClient) -> None:
    body = {"rows": [_told(), _told(erp_number="BANF-2", quantity="-1"), "no row"]}
    headers = {"Idempotency-Key": "go-live-1"}
    answer = client.post("/v1/in-flight-requisitions", json=body, headers=headers)
    assert answer.status_code == 200
    told = answer.json()
    assert told["counts"] == {"stored": 1, "rejected": 2}
    assert told["results"][1]["problem"]["pointer"] == "/rows/1/quantity"
    again = client.post("/v1/in-flight-requisitions", json=body, headers=headers)
    assert again.json() == told
    fresh = client.post("/v1/in-flight-requisitions", json=body)
    assert fresh.json()["counts"] == {"unchanged": 1, "rejected": 2}


def test_a_key_without_the_scope_adopts_nothing(erp: Erp, client: TestClient) -> None:
    stranger = key_for(erp.context, "crm", Scope.FEEDS_WRITE)
    answer = client.post("/v1/in-flight-requisitions", json={"rows": [_told()]}, headers=stranger)
    assert answer.status_code == 403
    assert proposals(erp.context) == []


def test_what_waits_is_adopted_by_its_replay_once_it_is_repaired(
    erp: Erp, client_for: ClientFor
) -> None:
    (kept, also) = _adopt(erp, _told(item_id="CUP"), _told(erp_number="B-2", item_id="BOTTEL"))
    context = replace(erp.context, take_again={IN_FLIGHT: adopt_again})
    desk = client_for(replays)
    assert isinstance(desk.app, FastAPI)
    desk.app.state.context = context
    desk.headers.update(key_for(context, "desk", Scope.EXCEPTIONS_WRITE))
    path = f"/v1/exceptions/{kept.exception_id}/replay"
    assert desk.post(path).json()["state"] == "open"
    erp.send(FeedKind.ITEMS, item("CUP"))
    answer = desk.post(path).json()
    assert (answer["state"], answer["result"]) == ("replayed", "stored")
    corrected = {"corrections": {"item_id": "BOTTLE"}}
    answer = desk.post(f"/v1/exceptions/{also.exception_id}/replay", json=corrected).json()
    assert (answer["state"], answer["result"]) == ("replayed", "stored")
    assert sorted(row.item_id for row in proposals(erp.context)) == ["BOTTLE", "CUP"]
    assert desk.post(path).status_code == 409
