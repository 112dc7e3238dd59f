from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope, create_key
from service.context import ServiceContext
from service.proposals.planner import reject
from service.proposals.routes import router
from tests.service.builders_proposals import LEASE, Desk

CLAIMS = "/v1/proposal-claims"
PROPOSALS = "/v1/requisition-proposals"


@pytest.fixture
def erp(
    context: ServiceContext, client_for: Callable[..., TestClient], desk: Desk
) -> Iterator[TestClient]:
    scopes = [Scope.PROPOSALS_READ, Scope.PROPOSALS_CLAIM, Scope.PROPOSALS_DECIDE]
    with context.database.write() as session:
        key = create_key(session, "erp", scopes, desk.clock())
    with client_for(router) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


def _claim(erp: TestClient, key: str = "c-1", **body: Any) -> Any:
    return erp.post(CLAIMS, json=body, headers={"Idempotency-Key": key})


def test_the_erp_claims_acknowledges_and_reports(erp: TestClient, desk: Desk) -> None:
    desk.recommend(480)
    claimed = _claim(erp, kind="requisition", limit=10).json()
    offer = claimed["proposals"][0]
    address = f"{PROPOSALS}/{offer['external_ref']}"
    said = {"claim_id": claimed["claim_id"], "erp_number": "R-1", "accepted_quantity": "480"}
    first = erp.post(f"{address}/acknowledge", json=said)
    assert (first.status_code, first.json()["state"]) == (200, "acknowledged")
    assert erp.post(f"{address}/acknowledge", json=said).json() == first.json()
    told = {"state": "ordered", "purchase_order_number": "PO-1"}
    assert erp.post(f"{address}/progress", json=told).json()["state"] == "ordered"
    found = erp.get(address)
    assert found.headers["ETag"] == '"4"'
    assert [line["event"] for line in found.json()["history"]] == [
        "created",
        "claimed",
        "acknowledged",
        "progress_reported",
    ]


def test_the_erp_refuses(erp: TestClient, desk: Desk) -> None:
    desk.recommend(480)
    claimed = _claim(erp).json()
    address = f"{PROPOSALS}/{claimed['proposals'][0]['external_ref']}/refuse"
    body = {"claim_id": claimed["claim_id"], "reason": "supplier blocked"}
    assert erp.post(address, json=body).json()["state"] == "in_review"
    assert erp.post(address, json={**body, "reason": ""}).status_code == 422


def test_the_same_claim_gets_the_same_answer_while_its_lease_lasts(
    erp: TestClient, desk: Desk
) -> None:
    desk.recommend(480)
    first = _claim(erp, limit=5)
    desk.clock.now += LEASE - timedelta(seconds=1)
    assert _claim(erp, limit=5).json() == first.json()
    assert _claim(erp, limit=6).status_code == 422
    desk.clock.now += timedelta(seconds=1)
    ended = _claim(erp, limit=5)
    assert (ended.status_code, ended.json()["type"]) == (409, "urn:pegline:problem:claim-ended")
    assert _claim(erp, "c-2", limit=5).json()["proposals"][0]["previously_taken"] is True


def test_a_lease_can_be_extended_while_it_lasts(erp: TestClient, desk: Desk) -> None:
    desk.recommend(480)
    claimed = _claim(erp).json()
    address = f"{CLAIMS}/{claimed['claim_id']}/extend"
    desk.clock.now += LEASE - timedelta(seconds=1)
    extended = erp.post(address).json()
    assert extended["leased_until"] == (desk.clock.now + LEASE).isoformat()
    desk.clock.now += LEASE - timedelta(seconds=1)
    assert _claim(erp).json() == {**claimed, "leased_until": extended["leased_until"]}
    desk.clock.now += timedelta(seconds=1)
    assert erp.post(address).status_code == 409
    assert erp.post(f"{CLAIMS}/{desk.history()[0].event_id}/extend").status_code == 404


def test_a_claim_needs_its_key(erp: TestClient) -> None:
    assert erp.post(CLAIMS, json={}).status_code == 400


@pytest.mark.parametrize("body", [{"limit": 0}, {"limit": 201}, {"limit": True}, {"kind": "buy"}])
def test_a_claim_that_makes_no_sense_takes_nothing(
    erp: TestClient, desk: Desk, body: dict[str, Any]
) -> None:
    desk.recommend(480)
    assert _claim(erp, **body).status_code == 422
    assert desk.proposal().state == "approved"


def test_a_claim_may_be_for_some_locations(erp: TestClient, desk: Desk) -> None:
    desk.recommend(480)
    assert _claim(erp, "c-1", locations=["DE"]).json()["proposals"] == []
    assert len(_claim(erp, "c-2", locations=["DE", "UK"]).json()["proposals"]) == 1


def test_a_key_may_only_do_what_it_is_made_for(
    context: ServiceContext, erp: TestClient, desk: Desk
) -> None:
    desk.recommend(480)
    reference = desk.proposal().external_ref
    with context.database.write() as session:
        key = create_key(session, "crm", [Scope.PROPOSALS_READ], desk.clock())
    erp.headers["Authorization"] = f"Bearer {key}"
    assert erp.get(PROPOSALS).status_code == 200
    assert _claim(erp).status_code == 403
    decision = {"action": "approve"}
    assert erp.post(f"{PROPOSALS}/{reference}/decisions", json=decision).status_code == 403
    del erp.headers["Authorization"]
    assert erp.get(PROPOSALS).status_code == 401


def test_a_decision_over_the_api_is_a_planners(erp: TestClient, desk: Desk) -> None:
    desk.recommend(480, "review")
    address = f"{PROPOSALS}/{desk.proposal().external_ref}"
    seen = {"If-Match": erp.get(address).headers["ETag"]}
    body = {"action": "change_quantity", "quantity": "450", "reason": "a full pallet"}
    changed = erp.post(f"{address}/decisions", json=body, headers=seen)
    assert (changed.json()["quantity"], changed.headers["ETag"]) == ("450", '"2"')
    assert changed.json()["warnings"] == []
    assert desk.history()[-1].actor == "system:erp"
    stale = erp.post(f"{address}/decisions", json={"action": "approve"}, headers=seen)
    assert stale.status_code == 412
    seen = {"If-Match": changed.headers["ETag"]}
    approved = erp.post(f"{address}/decisions", json={"action": "approve"}, headers=seen)
    assert approved.json()["state"] == "approved"


def test_a_decision_sent_twice_under_one_key_is_made_once(erp: TestClient, desk: Desk) -> None:
    desk.recommend(480, "review")
    address = f"{PROPOSALS}/{desk.proposal().external_ref}/decisions"
    headers = {"If-Match": '"1"', "Idempotency-Key": "d-1"}
    first = erp.post(address, json={"action": "approve"}, headers=headers)
    assert erp.post(address, json={"action": "approve"}, headers=headers).json() == first.json()
    assert desk.proposal().row_version == 2


@pytest.mark.parametrize(
    ("if_match", "status"), [(None, 428), ("*", 412), ("2", 412), ('"x"', 412), ('"2"', 412)]
)
def test_a_decision_names_the_version_it_is_about(
    erp: TestClient, desk: Desk, if_match: str | None, status: int
) -> None:
    desk.recommend(480, "review")
    address = f"{PROPOSALS}/{desk.proposal().external_ref}/decisions"
    headers = {} if if_match is None else {"If-Match": if_match}
    answer = erp.post(address, json={"action": "approve"}, headers=headers)
    assert answer.status_code == status
    assert answer.json()["remedy"]


@pytest.mark.parametrize(
    "body",
    [
        {"action": "change_quantity"},
        {"action": "change_quantity", "quantity": "0"},
        {"action": "snooze"},
        {"action": "reject"},
        {"action": "burn"},
    ],
)
def test_a_decision_without_what_it_needs_is_refused(
    erp: TestClient, desk: Desk, body: dict[str, Any]
) -> None:
    desk.recommend(480, "review")
    address = f"{PROPOSALS}/{desk.proposal().external_ref}/decisions"
    assert erp.post(address, json=body, headers={"If-Match": '"1"'}).status_code == 422
    assert desk.proposal().row_version == 1


def test_proposals_are_listed_in_pages_that_miss_none(erp: TestClient, desk: Desk) -> None:
    for number in range(5):
        desk.recommend(10, item_id=f"I{number}")
    found: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = erp.get(PROPOSALS, params=query).json()
        found += [one["item_id"] for one in page["proposals"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert found == ["I0", "I1", "I2", "I3", "I4"]


def test_proposals_are_found_by_state_item_location_and_time(erp: TestClient, desk: Desk) -> None:
    desk.recommend(10, item_id="A")
    desk.clock.now += timedelta(hours=1)
    desk.recommend(10, "review", item_id="B")
    desk.recommend(10, "hold", item_id="C", location_id="DE")

    def items(**query: Any) -> list[str]:
        return [one["item_id"] for one in erp.get(PROPOSALS, params=query).json()["proposals"]]

    assert items(state="in_review") == ["B"]
    assert items(state=["in_review", "held"]) == ["B", "C"]
    assert items(item="A") == ["A"]
    assert items(location="DE") == ["C"]
    assert items(changed_since=desk.clock.now.isoformat()) == ["B", "C"]


@pytest.mark.parametrize(
    "query",
    [{"state": "lost"}, {"after": "x"}, {"limit": 201}, {"changed_since": "today"}, {"item": "\0"}],
)
def test_a_list_that_makes_no_sense_is_refused(erp: TestClient, query: dict[str, Any]) -> None:
    assert erp.get(PROPOSALS, params=query).status_code == 422


def test_a_list_by_a_parameter_that_does_not_exist_is_refused(erp: TestClient, desk: Desk) -> None:
    desk.recommend(480)
    refused = erp.get(PROPOSALS, params={"item_id": "BOTTLE", "limit": 5, "order": "up"})
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["type"] == "urn:pegline:problem:unknown-parameter"
    allowed = ["after", "changed_since", "item", "kind", "limit", "location", "state"]
    assert problem["allowed"] == allowed
    assert [error["pointer"] for error in problem["errors"]] == ["/query/item_id", "/query/order"]
    assert "changed_since" in problem["remedy"]
    del erp.headers["Authorization"]
    assert erp.get(PROPOSALS, params={"item_id": "BOTTLE"}).status_code == 401


def test_an_unknown_reference_is_not_found(erp: TestClient, desk: Desk) -> None:
    desk.recommend(480, "review")
    desk.decide(reject)
    address = f"{PROPOSALS}/PEG-NONE"
    said = {
        "claim_id": str(desk.history()[0].event_id),
        "erp_number": "R-1",
        "accepted_quantity": "1",
    }
    assert erp.get(address).status_code == 404
    assert erp.post(f"{address}/acknowledge", json=said).status_code == 404
