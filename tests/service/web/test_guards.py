"""What no route can use is refused before one sees it, on both databases."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope, create_key
from service.app import create_app
from service.context import ServiceContext
from service.http.bodies import BATCH_LIMIT, SINGLE_LIMIT
from service.proposals.tables import ProposalRow
from service.web.static_files import static_url
from tests.service.builders_rationale import Planned
from tests.service.web.conftest import Browser

PROBLEM = "application/problem+json"


@pytest.fixture
def running(planner: Browser, context: ServiceContext) -> TestClient:
    """The whole application, with a planner's session."""
    app = TestClient(create_app(context), follow_redirects=False)
    app.cookies.update(planner.client.cookies)
    return app


@pytest.fixture
def system(running: TestClient, context: ServiceContext) -> TestClient:
    """The same, with a key that may do anything."""
    with context.database.write() as session:
        key = create_key(session, "erp", set(Scope), context.clock())
    running.headers["authorization"] = f"Bearer {key}"
    return running


@pytest.mark.parametrize(
    "path",
    [
        "/queue?text=%00",
        "/queue?location=a%1fb",
        "/recommendations?after=a%00",
        "/proposals/RQ%00",
        "/opportunities/crm/%00",
        "/exceptions?after=%00",
        "/log-in?to=%0a",
        "/static/%00.css",
        "/nowhere%7F",
    ],
)
def test_an_address_with_a_control_character_is_refused_on_a_page(
    running: TestClient, path: str
) -> None:
    answer = running.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 400
    assert "control character" in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/v1/exceptions?kind=%00",
        "/v1/requisition-proposals?item=%00",
        "/v1/requisition-proposals/%00",
    ],
)
def test_systems_get_a_document(system: TestClient, path: str) -> None:
    answer = system.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["remedy"]


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nowhere", "/v1/demand-signals/"])
def test_what_is_not_there_under_v1_is_told_as_a_document(system: TestClient, path: str) -> None:
    answer = system.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == PROBLEM
    assert "/docs" in answer.json()["remedy"]


def test_a_method_that_is_not_allowed_names_those_that_are(system: TestClient) -> None:
    answer = system.delete("/v1/demand-signals")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert "Allow" in answer.json()["remedy"]


def test_pages_files_and_api_are_served_as_before(system: TestClient) -> None:
    for path in ("/queue", "/queue?text=caf%C3%A9+%26", "/docs", "/healthz", "/openapi.json"):
        assert system.get(path).status_code == 200, path
    assert system.get(static_url("pegline.css")).status_code == 200
    assert system.get("/v1/requisition-proposals?item=CAF%C3%89").status_code == 200


@pytest.mark.parametrize("field", ["login", "to"])
def test_a_nul_in_the_log_in_form_is_refused(stranger: Browser, field: str) -> None:
    data = {"login": "planner", "password": "wrong", field: "a\x00b"}
    answer = stranger.client.post("/log-in", data=data, headers={"accept": "text/html"})
    assert answer.status_code == 422
    assert "control character" in answer.text


@pytest.mark.parametrize(
    ("action", "field"),
    [("reject", "reason"), ("change", "quantity"), ("snooze", "until"), ("approve", "queue")],
)
def test_a_nul_in_a_planners_form_is_refused(
    planner: Browser, planned: Callable[[Planned], ProposalRow], action: str, field: str
) -> None:
    proposal = planned(Planned())
    fields = {"version": 1, "quantity": "48", "reason": "why", "until": "2011-09-05"}
    path = f"/proposals/{proposal.external_ref}/{action}"
    assert planner.send(path, {**fields, field: "a\x00b"}).status_code == 422


def test_a_nul_hidden_in_the_queue_field_is_dropped(
    planner: Browser, planned: Callable[[Planned], ProposalRow]
) -> None:
    proposal = planned(Planned())
    fields = {"version": 1, "queue": "?text=%00&rule=a%01"}
    answer = planner.send(f"/proposals/{proposal.external_ref}/approve", fields)
    assert answer.status_code == 303


def _streamed(size: int) -> Iterator[bytes]:
    """A body whose length nobody announces."""
    for _ in range(0, size, 100_000):
        yield b"a" * 100_000


@pytest.mark.parametrize("announced", [True, False])
def test_a_form_that_is_too_large_is_refused(stranger: Browser, *, announced: bool) -> None:
    size = SINGLE_LIMIT + 200_000
    answer = stranger.client.post(
        "/log-in",
        content=b"a" * size if announced else _streamed(size),
        headers={"content-type": "application/x-www-form-urlencoded", "accept": "text/html"},
    )
    assert answer.status_code == 413
    assert "The body exceeds 1,000,000 bytes" in answer.text
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("announced", [True, False])
def test_a_batch_that_is_too_large_is_refused(system: TestClient, *, announced: bool) -> None:
    size = BATCH_LIMIT + 200_000
    answer = system.post(
        "/v1/items",
        content=b" " * size if announced else _streamed(size),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413
    assert answer.json()["remedy"]


def test_a_body_of_the_full_size_is_read(system: TestClient) -> None:
    body = b'{"system": "erp", "rows": []}'
    answer = system.post(
        "/v1/items",
        content=body + b" " * (BATCH_LIMIT - len(body)),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 200
