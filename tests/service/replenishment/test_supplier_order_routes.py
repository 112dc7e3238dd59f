from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope
from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.feeds.routes import router as feeds
from service.proposals.amend import apply_recommendations
from service.replenishment.supplier_order_routes import router
from tests.service.builders_feeds import ClientFor, Erp, item, key_for, location, terms
from tests.service.builders_proposals import wanted


@pytest.fixture
def client(context: ServiceContext, client_for: ClientFor) -> TestClient:
    """Lines for two suppliers at two sites; no supplier has told what it asks."""
    orders = [
        wanted(100, "review"),
        wanted(40, "review", item_id="CUP"),
        wanted(10, location_id="FR"),
        wanted(10, supplier_id="POTTERY", item_id="DISH"),
    ]
    with context.database.write() as session:
        apply_recommendations(session, orders, context.clock())
    client = client_for(router, feeds)
    scopes = Scope.PROPOSALS_READ, Scope.FEEDS_WRITE
    client.headers.update(key_for(context, "erp", *scopes))
    return client


def test_orders_come_in_pages_by_supplier_and_site(client: TestClient) -> None:
    first = client.get("/v1/supplier-orders", params={"limit": 2}).json()
    groups = [(one["supplier_id"], one["location_id"]) for one in first["supplier_orders"]]
    assert groups == [("GLASSWORKS", "FR"), ("GLASSWORKS", "UK")]
    rest = client.get("/v1/supplier-orders", params={"limit": 2, **first["next"]}).json()
    assert [one["supplier_id"] for one in rest["supplier_orders"]] == ["POTTERY"]
    assert rest["next"] is None


def test_an_order_says_what_it_comes_to_and_what_it_lacks(
    client: TestClient, context: ServiceContext
) -> None:
    erp = Erp(context)
    erp.send(FeedKind.LOCATIONS, location("UK"))
    erp.send(FeedKind.ITEMS, item(unit_weight=Decimal("0.5")), item("CUP"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms(supplier_id="GLASSWORKS", order_multiple=Decimal(24)))
    told = {
        "native_id": "C-1",
        "supplier_id": "GLASSWORKS",
        "currency": "GBP",
        "minimum_order_value": "400",
        "container_weight": "200",
    }
    sent = client.post("/v1/supplier-conditions", json={"system": "erp", "rows": [told]})
    assert sent.json()["counts"]["stored"] == 1

    asked = {"supplier": "GLASSWORKS", "location": "UK"}
    order = client.get("/v1/supplier-orders/lines", params=asked).json()
    assert order["values"] == {"GBP": "350"}
    assert order["minimum_order_value"] == {"limit": "400", "missing": "50", "met": False}
    assert order["container"] == {
        "dimension": "weight",
        "containers": 1,
        "fill": "0.25",
        "unmeasured": 1,
    }
    assert {one["item_id"]: one["quantity"] for one in order["proposals"]} == {
        "BOTTLE": "100",
        "CUP": "40",
    }
    extra = [(one["multiples"], one["extra_value"]) for one in order["raises"]]
    assert extra == [(20, "50"), (1, "60")]
    assert "hardly any demand is expected" in order["raises"][0]["why"]


def test_an_order_without_lines_is_not_found(client: TestClient) -> None:
    asked = {"supplier": "GLASSWORKS", "location": "MOON"}
    assert client.get("/v1/supplier-orders/lines", params=asked).status_code == 404


def test_reading_needs_the_scope(client: TestClient, context: ServiceContext) -> None:
    key = key_for(context, "crm", Scope.SIGNALS_WRITE)
    assert client.get("/v1/supplier-orders", headers=key).status_code == 403
