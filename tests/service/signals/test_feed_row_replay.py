"""Rows of the ERP's feeds wait in the same queue and are replayed through the same routes."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service.access.api_keys import Scope, create_key
from service.context import ServiceContext
from service.exceptions.routes import router as exceptions
from service.feeds.routes import router as feeds
from service.feeds.tables import SalesLineRow
from service.signals.replay_routes import router as replays

SALE = {
    "native_id": "SO-1",
    "item_id": "4711",
    "location_id": "UK",
    "sold_on": "2011-08-01",
    "quantity": "12",
}


@pytest.fixture
def erp(shelves: ServiceContext, client_for: Callable[..., TestClient]) -> TestClient:
    """Speaks for the system 'erp', with every scope."""
    with shelves.database.write() as session:
        key = create_key(session, "erp", list(Scope), shelves.clock())
    client = client_for(feeds, exceptions, replays)
    client.headers["Authorization"] = f"Bearer {key}"
    return client


def _send(erp: TestClient, method: str, path: str, row: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"system": "erp", "rows": [row]}
    answer = erp.request(method, path, json=body).json()
    result: dict[str, Any] = answer["results"][0]
    return result


def _sold(context: ServiceContext) -> list[str]:
    with context.database.read() as session:
        return list(session.scalars(select(SalesLineRow.item_id)))


def test_a_sales_line_is_repaired_by_cross_reference_and_replayed(
    shelves: ServiceContext, erp: TestClient
) -> None:
    exception_id = _send(erp, "POST", "/v1/sales-lines", SALE)["exception_id"]
    path = f"/v1/exceptions/{exception_id}"
    assert erp.post(f"{path}/replay").json()["state"] == "open"
    means = {"system": "erp", "kind": "item", "native_id": "4711", "canonical_key": "BOTTLE"}
    assert erp.put("/v1/cross-references", json={"rows": [means]}).status_code == 200
    assert erp.post(f"{path}/replay").json()["state"] == "replayed"
    assert _sold(shelves) == ["BOTTLE"]
    closed = erp.get(path).json()
    assert (closed["state"], closed["closed_by"], closed["note"]) == ("replayed", "erp", "stored")


def test_a_sales_line_is_replayed_with_a_correction(
    shelves: ServiceContext, erp: TestClient
) -> None:
    exception_id = _send(erp, "POST", "/v1/sales-lines", SALE)["exception_id"]
    path = f"/v1/exceptions/{exception_id}/replay"
    refused = erp.post(path, json={"corrections": {"quantity": "many"}})
    assert refused.status_code == 422
    corrected = erp.post(path, json={"corrections": {"item_id": "WINE"}})
    assert corrected.json()["state"] == "replayed"
    assert _sold(shelves) == ["WINE"]


def test_rows_of_a_kind_are_replayed_together(shelves: ServiceContext, erp: TestClient) -> None:
    kind = erp.get(
        f"/v1/exceptions/{_send(erp, 'POST', '/v1/sales-lines', SALE)['exception_id']}"
    ).json()["kind"]
    _send(erp, "POST", "/v1/sales-lines", {**SALE, "native_id": "SO-2", "item_id": "0815"})
    _send(erp, "POST", "/v1/items", {"item_id": "4711"})
    answer = erp.post(f"/v1/exceptions/replay?kind={kind}").json()
    assert (answer["replayed"], answer["still_open"]) == (1, 1)
    assert _sold(shelves) == ["4711"]
