from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import RefusedKeyError, Scope, create_key, stop_key
from service.context import ServiceContext
from service.signals.routes import router
from tests.service.builders_signals import allocations, lines, signal_json

PATH = "/v1/demand-signals"


def _client(
    context: ServiceContext, client_for: Callable[..., TestClient], system: str, *scopes: Scope
) -> TestClient:
    with context.database.write() as session:
        key = create_key(session, system, scopes, context.clock())
    client = client_for(router)
    client.headers["Authorization"] = f"Bearer {key}"
    return client


def test_one_signal_is_accepted_with_its_result(
    shelves: ServiceContext, client: TestClient
) -> None:
    answer = client.post(PATH, json=signal_json())
    assert answer.status_code == 202
    assert answer.json() == {
        "message_id": "OPP-1-1-v1",
        "result": "applied",
        "signal_id": str(lines(shelves)[0].signal_id),
        "exception_id": None,
        "problem": None,
    }
    assert client.post(PATH, json=signal_json()).json()["result"] == "duplicate"


def test_a_bad_row_spoils_no_other(shelves: ServiceContext, client: TestClient) -> None:
    rows: list[Any] = [
        signal_json(),
        signal_json(),
        signal_json(message_id="v0", source_version=0),
        signal_json(line_id="2", account="NOBODY"),
        signal_json(line_id="3", quantity="many"),
        signal_json(line_id="4", system="other"),
        signal_json(message_id="OPP-1-1-v1", source_version=9),
        "no object",
        signal_json(line_id="5", quantity=5),
    ]
    answer = client.post(PATH, json={"signals": rows})
    assert answer.status_code == 202
    results = answer.json()["results"]
    assert [row["result"] for row in results] == [
        "applied",
        "duplicate",
        "stale",
        "exception",
        "rejected",
        "rejected",
        "conflict",
        "rejected",
        "applied",
    ]
    assert [row["row"] for row in results] == list(range(9))
    assert results[4]["problem"]["errors"][0]["pointer"] == "/quantity"
    assert results[5]["problem"]["status"] == 403
    assert results[3]["exception_id"]
    assert results[6]["exception_id"]
    assert allocations(shelves) == {"UK": 405}


@pytest.mark.parametrize(
    "batch",
    [
        {"signals": []},
        {"signals": {}},
        {"signals": None},
        {"signals": [signal_json()], "more": 1},
        {"signals": [signal_json()] * 501},
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(
    shelves: ServiceContext, client: TestClient, batch: dict[str, Any]
) -> None:
    assert client.post(PATH, json=batch).status_code == 422
    assert lines(shelves) == []


def test_a_reused_message_id_is_a_conflict(shelves: ServiceContext, client: TestClient) -> None:
    client.post(PATH, json=signal_json())
    again = signal_json(message_id="OPP-1-1-v1", source_version=2, quantity=9)
    answer = client.post(PATH, json=again)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    (kept,) = client.get("/v1/exceptions?kind=message_id_reused").json()["exceptions"]
    assert answer.json()["exception_id"] == kept["exception_id"]
    assert allocations(shelves) == {"UK": 400}


def test_an_idempotency_key_gets_the_same_answer_again(
    shelves: ServiceContext, client: TestClient
) -> None:
    headers = {"Idempotency-Key": "once"}
    first = client.post(PATH, json=signal_json(), headers=headers)
    again = client.post(PATH, json=signal_json(), headers=headers)
    other = client.post(PATH, json=signal_json(quantity=1), headers=headers)
    assert (again.status_code, again.json()) == (202, first.json())
    assert other.status_code == 422
    assert allocations(shelves) == {"UK": 400}


def test_a_system_sends_only_its_own_signals(shelves: ServiceContext, client: TestClient) -> None:
    answer = client.post(PATH, json=signal_json(system="other"))
    assert (answer.status_code, answer.json()["type"]) == (
        403,
        "urn:pegline:problem:foreign-system",
    )
    assert lines(shelves) == []


def test_an_opportunity_is_read_with_allocations_and_versions(
    shelves: ServiceContext, client: TestClient
) -> None:
    for version, quantity in ((1, 400), (2, "150.0")):
        client.post(PATH, json=signal_json(source_version=version, quantity=quantity))
    client.post(PATH, json=signal_json())
    client.post(PATH, json=signal_json(line_id="2", product="NOTHING"))
    found = client.get(f"{PATH}/crm/OPP-1").json()
    first, second = found["lines"]
    assert first["current"]["quantity"] == "150"
    assert first["current"]["signal_id"] == str(lines(shelves)[0].signal_id)
    assert first["current"]["allocations"] == [{"location_id": "UK", "quantity": "150"}]
    assert [(v["source_version"], v["outcome"], v["deliveries"]) for v in first["versions"]] == [
        (2, "applied", 1),
        (1, "applied", 2),
    ]
    assert second["current"] is None
    assert [version["outcome"] for version in second["versions"]] == ["exception"]


@pytest.mark.usefixtures("shelves")
def test_an_opportunity_id_may_hold_a_slash(client: TestClient) -> None:
    client.post(PATH, json=signal_json(opportunity_id="2011/17", message_id="m"))
    assert client.get(f"{PATH}/crm/2011%2F17").status_code == 200
    assert client.get(f"{PATH}/crm/2011").status_code == 404


def test_nobody_reads_or_writes_without_the_scope(
    shelves: ServiceContext, client_for: Callable[..., TestClient], client: TestClient
) -> None:
    client.post(PATH, json=signal_json())
    stranger = client_for(router)
    assert stranger.post(PATH, json=signal_json()).status_code == 401
    assert stranger.get(f"{PATH}/crm/OPP-1").status_code == 401
    erp = _client(shelves, client_for, "erp", Scope.FEEDS_WRITE)
    assert erp.post(PATH, json=signal_json()).status_code == 403
    assert erp.get(f"{PATH}/crm/OPP-1").status_code == 403


@pytest.mark.parametrize(
    "case",
    [
        ("crm", Scope.SIGNALS_WRITE, 200),
        ("other", Scope.SIGNALS_WRITE, 403),
        ("erp", Scope.PROPOSALS_READ, 200),
    ],
)
def test_a_crm_reads_its_own_opportunities_and_a_reader_all(
    shelves: ServiceContext,
    client_for: Callable[..., TestClient],
    client: TestClient,
    case: tuple[str, Scope, int],
) -> None:
    system, scope, status = case
    client.post(PATH, json=signal_json())
    reader = _client(shelves, client_for, system, scope)
    assert reader.get(f"{PATH}/crm/OPP-1").status_code == status


def test_the_routes_describe_their_bodies(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"][PATH]["post"]["requestBody"]
    content = described["content"]["application/json"]
    single, batch = content["schema"]["anyOf"]
    assert client.post(PATH, json=content["example"]).status_code == 202
    assert "win_probability" in single["required"]
    assert batch["properties"]["signals"]["maxItems"] == 500
    assert "$ref" not in str(described)


def test_a_stopped_key_opens_nothing_any_more(
    shelves: ServiceContext, client_for: Callable[..., TestClient]
) -> None:
    leaked = _client(shelves, client_for, "crm", Scope.SIGNALS_WRITE)
    other = _client(shelves, client_for, "crm", Scope.SIGNALS_WRITE)
    assert leaked.post(PATH, json=signal_json()).status_code == 202
    beginning = str(leaked.headers["Authorization"]).removeprefix("Bearer ")[:12]
    with shelves.database.write() as session:
        assert stop_key(session, beginning).system == "crm"
    assert leaked.post(PATH, json=signal_json()).status_code == 401
    assert other.post(PATH, json=signal_json()).status_code == 202
    with shelves.database.write() as session, pytest.raises(RefusedKeyError):
        stop_key(session, "peg_")
