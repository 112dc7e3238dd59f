"""No feed route takes a bad body, and a bad value costs no more than its row."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope
from service.context import ServiceContext
from service.feeds.routes import router
from service.feeds.tables import CrossReferenceRow, ItemRow, SalesLineRow
from service.http.bodies import BATCH_LIMIT
from tests.service.builders_bad_bodies import (
    DAYS,
    JSON,
    NUMBERS,
    TEXTS,
    TIMES,
    Sample,
    broken_bodies,
    is_refusal,
)
from tests.service.builders_feeds import key_for, stored

pytestmark = pytest.mark.usefixtures("erp")

_ITEM = {"item_id": "CUP", "description": "Cup and saucer"}
_LINE = {"item_id": "BOTTLE", "location_id": "UK", "sold_on": "2011-08-01", "quantity": "5"}
_REFERENCE = {"system": "crm", "kind": "item", "native_id": "P-4711", "canonical_key": "BOTTLE"}
_BODIES = {
    "/v1/items": Sample({"system": "erp", "rows": [_ITEM]}, "Cup and saucer", "item_id"),
    "/v1/cross-references": Sample({"rows": [_REFERENCE], "system": "x"}, "P-4711", "kind"),
}
_VALUES = [
    *(("quantity", text) for text in NUMBERS),
    *(("changed_at", text) for text in TIMES),
    *(("sold_on", text) for text in DAYS),
    *(("native_id", text) for text in [*TEXTS, "null", "1.5"]),
    *(("item_id", text) for text in TEXTS),
]


@pytest.fixture
def client(client_for: Callable[..., TestClient], context: ServiceContext) -> TestClient:
    """A client with the ERP's key."""
    client = client_for(router)
    client.headers.update(key_for(context, "erp", Scope.FEEDS_WRITE))
    return client


@pytest.mark.parametrize("path", _BODIES)
def test_no_bad_body_is_taken_and_none_breaks_the_service(
    client: TestClient, context: ServiceContext, path: str
) -> None:
    method = "PUT" if path == "/v1/cross-references" else "POST"
    wrong = {
        name: answer.status_code
        for name, body in broken_bodies(_BODIES[path])
        for answer in [client.request(method, path, content=body, headers=JSON)]
        if not is_refusal(answer)
    }
    assert wrong == {}
    assert [row.item_id for row in stored(context, ItemRow)] == ["BOTTLE"]
    assert stored(context, CrossReferenceRow) == []


def test_a_bad_value_is_refused_with_its_row_or_with_the_body(
    client: TestClient, context: ServiceContext
) -> None:
    for number, (field, text) in enumerate(_VALUES):
        good = json.dumps({**_LINE, "native_id": "good"})
        bad = json.dumps({**_LINE, "native_id": "bad", field: "@"}).replace('"@"', text, 1)
        answer = client.post(
            "/v1/sales-lines",
            content=f'{{"system": "erp", "rows": [{bad}, {good}]}}'.encode(),
            headers={**JSON, "Idempotency-Key": f"k{number}"},
        )
        if not is_refusal(answer):
            assert answer.status_code == 200, (field, text)
            assert answer.json()["results"][0]["result"] == "rejected", (field, text)
    assert [row.native_id for row in stored(context, SalesLineRow)] == ["good"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_what_is_not_plain_json_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/v1/items", content=_BODIES["/v1/items"].written, headers=headers)
    assert answer.status_code == 415
    assert is_refusal(answer)


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_cap_is_refused(client: TestClient, *, announced: bool) -> None:
    pieces = [b" " * 1_000_000] * (BATCH_LIMIT // 1_000_000 + 1)
    content: Any = b"".join(pieces) if announced else iter(pieces)
    answer = client.post("/v1/items", content=content, headers=JSON)
    assert answer.status_code == 413
    assert is_refusal(answer)


def test_a_fraction_with_many_digits_is_taken_as_written(
    client: TestClient, context: ServiceContext
) -> None:
    line = json.dumps({**_LINE, "native_id": "SO-1", "quantity": "@"})
    body = f'{{"system": "erp", "rows": [{line}]}}'.replace('"@"', "999999999.123457")
    answer = client.post("/v1/sales-lines", content=body, headers=JSON)
    assert answer.json()["counts"] == {"stored": 1}
    assert [str(row.quantity) for row in stored(context, SalesLineRow)] == ["999999999.123457"]
