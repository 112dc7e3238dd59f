"""What holds for every route that systems call, so that no new one is forgotten."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from service.access.api_keys import Scope
from service.app import create_app
from service.context import ServiceContext
from service.database.base import Table
from service.policies.versions import ensure_default
from tests.service.builders_bad_bodies import JSON, broken_bodies, is_refusal
from tests.service.builders_feeds import key_for
from tests.service.builders_routes import ApiRoute, api_routes, sample_of

_FEEDS = {Scope.FEEDS_WRITE}
_CODES = {Scope.FEEDS_WRITE, Scope.EXCEPTIONS_WRITE}
_EXCEPTIONS = {Scope.EXCEPTIONS_WRITE}
_READ = {Scope.PROPOSALS_READ}
_CLAIM = {Scope.PROPOSALS_CLAIM}
_DECIDE = {Scope.PROPOSALS_DECIDE}

SCOPES: dict[str, set[Scope]] = {
    "POST /v1/demand-signals": {Scope.SIGNALS_WRITE},
    "GET /v1/demand-signals/{system}/{opportunity_id}": _READ | {Scope.SIGNALS_WRITE},
    "POST /v1/account-merges": _CODES,
    "GET /v1/exceptions": _EXCEPTIONS,
    "GET /v1/exceptions/{exception_id}": _EXCEPTIONS,
    "POST /v1/exceptions/{exception_id}/discard": _EXCEPTIONS,
    "POST /v1/exceptions/{exception_id}/replay": _EXCEPTIONS,
    "POST /v1/exceptions/replay": _EXCEPTIONS,
    "POST /v1/items": _FEEDS,
    "POST /v1/locations": _FEEDS,
    "POST /v1/accounts": _FEEDS,
    "POST /v1/supplier-terms": _FEEDS,
    "POST /v1/supplier-conditions": _FEEDS,
    "POST /v1/transfer-lanes": _FEEDS,
    "POST /v1/order-points": _FEEDS,
    "POST /v1/sales-lines": _FEEDS,
    "POST /v1/stock-positions": _FEEDS,
    "POST /v1/open-orders": _FEEDS,
    "PUT /v1/cross-references": _CODES,
    "POST /v1/forecasts": {Scope.FORECASTS_WRITE},
    "GET /v1/forecasts": {Scope.FORECASTS_READ, Scope.PROPOSALS_READ},
    "GET /v1/recommendations": _READ,
    "POST /v1/proposal-claims": _CLAIM,
    "POST /v1/proposal-claims/{claim_id}/extend": _CLAIM,
    "POST /v1/requisition-proposals/{external_ref}/acknowledge": _CLAIM,
    "POST /v1/requisition-proposals/{external_ref}/refuse": _CLAIM,
    "POST /v1/requisition-proposals/{external_ref}/progress": _CLAIM,
    "GET /v1/requisition-proposals": _READ,
    "GET /v1/requisition-proposals/{external_ref}": _READ,
    "POST /v1/requisition-proposals/{external_ref}/decisions": _DECIDE,
    "POST /v1/in-flight-requisitions": _CLAIM,
    "GET /v1/supplier-orders": _READ,
    "GET /v1/supplier-orders/lines": _READ,
    "GET /v1/opportunities/{opportunity_id}/outlook": {Scope.OUTLOOK_READ, Scope.SIGNALS_WRITE},
    "POST /v1/forecast-overrides": _DECIDE,
    "GET /v1/forecast-overrides": _READ | _DECIDE,
    "GET /v1/forecast-overrides/value-added": _READ | _DECIDE,
    "DELETE /v1/forecast-overrides/{override_id}": _DECIDE,
    "GET /v1/data-age": {Scope.FEEDS_WRITE, Scope.PROPOSALS_READ},
}
"""What a key must be allowed, by route. Whoever adds a route says it here."""
SIGNED = {"POST /v1/webhooks/{connection}"}
"""Routes that ask for a signature instead of a key."""

_ODD_VALUES = ["%00", "a%00b", "%ED%A0%80", "%FF", "%0A", "x" * 600, "-1", "1e999", "%D9%A3", ""]


@pytest.fixture
def app(context: ServiceContext) -> FastAPI:
    with context.database.write() as session:
        ensure_default(session, context.clock())
    return create_app(context)


@pytest.fixture
def routes(app: FastAPI) -> list[ApiRoute]:
    return api_routes(app)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client for which an error within is an answer of 500, as over the network."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def _ask(client: TestClient, route: ApiRoute, headers: Mapping[str, Any], **more: Any) -> Any:
    asked = {"content": route.content, **more}
    sent: dict[str, Any] = {**JSON, **headers}
    return client.request(route.method, route.path, headers=sent, **asked)


def _rows(context: ServiceContext) -> dict[str, int]:
    with context.database.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Table.metadata.tables.items()
        }


def test_each_route_says_who_may_call_it(routes: list[ApiRoute]) -> None:
    assert {route.name for route in routes} == {*SCOPES, *SIGNED}


@pytest.mark.parametrize(
    "credentials", ["", "Bearer peg_nobody", "Basic YTpi", "Bearer ", "Bearer é"]
)
def test_nobody_calls_a_route_without_a_key(
    client: TestClient, context: ServiceContext, routes: list[ApiRoute], credentials: str
) -> None:
    before = _rows(context)
    headers = {"Authorization": credentials.encode("latin-1")} if credentials else {}
    answers = {route.name: _ask(client, route, headers).status_code for route in routes}
    assert {name: status for name, status in answers.items() if status != 401} == {}
    assert _rows(context) == before


def test_a_key_opens_the_routes_of_its_scope_and_no_other(
    client: TestClient, context: ServiceContext, routes: list[ApiRoute]
) -> None:
    wrong = []
    for scope in Scope:
        key = key_for(context, "elsewhere", scope)
        for route in routes:
            answer = _ask(client, route, key)
            lacks_it = answer.json().get("type") == "urn:pegline:problem:scope-missing"
            if route.name in SCOPES and lacks_it == (scope in SCOPES[route.name]):
                wrong.append((route.name, scope, answer.status_code))
            if answer.status_code >= 500:
                wrong.append((route.name, scope, answer.status_code))
    assert wrong == []


def test_no_route_ignores_a_parameter_that_it_does_not_know(
    client: TestClient, context: ServiceContext, routes: list[ApiRoute]
) -> None:
    key = {route.system: key_for(context, route.system, *Scope) for route in routes}
    before = _rows(context)
    answers = {
        route.name: _ask(client, route, key[route.system], params={"dry_run": "true"})
        for route in routes
    }
    ignored = {
        name: answer.status_code
        for name, answer in answers.items()
        if answer.json().get("type") != "urn:pegline:problem:unknown-parameter"
    }
    assert ignored == {}
    assert _rows(context) == before


def test_no_bad_body_is_taken_and_none_breaks_the_service(
    client: TestClient, context: ServiceContext, routes: list[ApiRoute]
) -> None:
    key = {route.system: key_for(context, route.system, *Scope) for route in routes}
    before = _rows(context)
    wrong = [
        (route.name, name, answer.status_code)
        for route in routes
        if route.example
        for name, body in broken_bodies(sample_of(route.example))
        if body != route.content
        for answer in [
            _ask(client, route, {**key[route.system], "Idempotency-Key": "k"}, content=body)
        ]
        if not is_refusal(answer)
    ]
    assert wrong == []
    assert _rows(context) == before


def test_no_odd_parameter_breaks_the_service(
    client: TestClient, context: ServiceContext, routes: list[ApiRoute]
) -> None:
    key = {route.system: key_for(context, route.system, *Scope) for route in routes}
    wrong = []
    for route in routes:
        asked = [f"{route.path}?{name}={odd}" for name in route.query for odd in _ODD_VALUES]
        asked += [path for odd in _ODD_VALUES for path in route.paths_with(odd)]
        for url in asked:
            answer = client.request(
                route.method, url, content=route.content, headers={**JSON, **key[route.system]}
            )
            if answer.status_code >= 500:
                wrong.append((route.method, url, answer.status_code))
    assert wrong == []
