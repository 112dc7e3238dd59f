from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope, create_key
from service.context import ServiceContext
from service.exceptions.queue import Finding, raise_exceptions
from service.exceptions.routes import router


@pytest.fixture
def ids(context: ServiceContext) -> list[str]:
    """Five open exceptions, the last of another kind."""
    kinds = ["unknown_account"] * 4 + ["no_location"]
    findings = [
        Finding(kind, "demand_signal", "crm", f"OPP-{n}/1", {"n": n}, "detail", "remedy")
        for n, kind in enumerate(kinds)
    ]
    with context.database.write() as session:
        return sorted(str(one) for one in raise_exceptions(session, findings, context.clock()))


@pytest.fixture
def client(context: ServiceContext, client_for: Callable[..., TestClient]) -> TestClient:
    with context.database.write() as session:
        key = create_key(session, "desk", [Scope.EXCEPTIONS_WRITE], context.clock())
    client = client_for(router)
    client.headers["Authorization"] = f"Bearer {key}"
    return client


def test_pages_follow_next_until_it_is_null(client: TestClient, ids: list[str]) -> None:
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        answer = client.get("/v1/exceptions", params={"limit": "2", **after}).json()
        seen += [row["exception_id"] for row in answer["exceptions"]]
        if answer["next"] is None:
            break
        after = {"after": answer["next"]}
    assert seen == ids


def test_exceptions_are_selected_by_kind_and_state(client: TestClient, ids: list[str]) -> None:
    (found,) = client.get("/v1/exceptions?kind=no_location").json()["exceptions"]
    assert found["payload"] == {"n": 4}
    assert client.get("/v1/exceptions?state=discarded").json()["exceptions"] == []
    assert client.get(f"/v1/exceptions/{ids[0]}").json()["exception_id"] == ids[0]


def test_a_discard_needs_a_reason_and_keeps_it(client: TestClient, ids: list[str]) -> None:
    path = f"/v1/exceptions/{ids[0]}"
    for body in ({}, {"reason": ""}, {"reason": "  "}, {"reason": 1}, {"reason": "x", "more": 1}):
        assert client.post(f"{path}/discard", json=body).status_code == 422
    assert client.post(f"{path}/discard", json={"reason": "a test account"}).status_code == 200
    closed = client.get(path).json()
    assert (closed["state"], closed["closed_by"], closed["note"]) == (
        "discarded",
        "desk",
        "a test account",
    )
    again = client.post(f"{path}/discard", json={"reason": "again"})
    assert (again.status_code, again.json()["type"]) == (
        409,
        "urn:pegline:problem:exception-closed",
    )


def test_asking_twice_with_one_key_discards_once(client: TestClient, ids: list[str]) -> None:
    path = f"/v1/exceptions/{ids[0]}/discard"
    headers = {"Idempotency-Key": "k1"}
    answers = [client.post(path, json={"reason": "r"}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize("path", [f"/v1/exceptions/{UUID(int=0)}", "/v1/exceptions/none"])
def test_what_does_not_exist_is_a_problem(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["state=lost", "limit=0", "limit=201", "after=x"])
def test_a_bad_selection_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/v1/exceptions?{query}").status_code == 422


def test_nothing_is_open_without_the_scope(
    context: ServiceContext, client_for: Callable[..., TestClient], ids: list[str]
) -> None:
    with context.database.write() as session:
        key = create_key(session, "crm", [Scope.SIGNALS_WRITE], context.clock())
    client = client_for(router)
    discard = f"/v1/exceptions/{ids[0]}/discard"
    assert client.get("/v1/exceptions").status_code == 401
    assert client.post(discard, json={"reason": "r"}).status_code == 401
    client.headers["Authorization"] = f"Bearer {key}"
    assert client.get("/v1/exceptions").status_code == 403
    assert client.post(discard, json={"reason": "r"}).status_code == 403
