from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope
from service.context import ServiceContext
from service.feeds import examples
from service.feeds.routes import router
from service.feeds.tables import OpenSalesLineRow, SalesLineRow, StockPositionRow
from tests.service.builders_feeds import dirty, key_for, stored

ROUTES: dict[str, tuple[str, dict[str, Any]]] = {
    "items": ("POST", examples.ITEMS),
    "locations": ("POST", examples.LOCATIONS),
    "accounts": ("POST", examples.ACCOUNTS),
    "supplier-terms": ("POST", examples.SUPPLIER_TERMS),
    "sales-lines": ("POST", examples.SALES_LINES),
    "stock-positions": ("POST", examples.STOCK_POSITIONS),
    "open-orders": ("POST", examples.OPEN_ORDERS),
    "cross-references": ("PUT", examples.CROSS_REFERENCES),
}


@pytest.fixture
def client(client_for: Callable[..., TestClient], context: ServiceContext) -> TestClient:
    """A client with the ERP's key."""
    client = client_for(router)
    client.headers.update(key_for(context, "erp", Scope.FEEDS_WRITE))
    return client


pytestmark = pytest.mark.usefixtures("erp")


def line(native_id: str = "SO-1", **fields: Any) -> dict[str, Any]:
    told = {
        "native_id": native_id,
        "item_id": "BOTTLE",
        "location_id": "UK",
        "sold_on": "2011-08-01",
        "quantity": "5",
    }
    return {**told, **fields}


def send(client: TestClient, *rows: Any, path: str = "sales-lines", **more: Any) -> Any:
    """The body of the answer to a batch that is taken."""
    answer = client.post(f"/v1/{path}", json={"system": "erp", "rows": list(rows), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_documented_examples_work_as_printed(client: TestClient) -> None:
    for path, (method, body) in ROUTES.items():
        answer = client.request(method, f"/v1/{path}", json=body)
        assert answer.status_code == 200, answer.text
        results = [row["result"] for row in answer.json()["results"]]
        assert set(results) <= {"stored", "unchanged"}, (path, answer.json())


def test_the_documentation_shows_each_row_with_an_example(client: TestClient) -> None:
    api = client.get("/openapi.json").json()
    for path, (method, body) in ROUTES.items():
        operation = api["paths"][f"/v1/{path}"][method.lower()]
        content = operation["requestBody"]["content"]["application/json"]
        assert content["example"] == body
        assert content["schema"]["properties"]["rows"]["maxItems"] == 5000
    sales = api["paths"]["/v1/sales-lines"]["post"]["requestBody"]["content"]
    rows = sales["application/json"]["schema"]["properties"]["rows"]
    assert {"native_id", "changed_at", "quantity", "gone"} <= set(rows["items"]["properties"])
    assert "source" not in rows["items"]["properties"]
    assert rows["items"]["required"] == [
        "native_id",
        "item_id",
        "location_id",
        "sold_on",
        "quantity",
    ]


def test_a_bad_row_spoils_no_other(client: TestClient, context: ServiceContext) -> None:
    rows = [line("SO-1"), line("SO-2", quantity="many"), "nothing", line("SO-4", item_id="CUP")]
    answer = send(client, *rows, line("SO-5"))
    assert [row["result"] for row in answer["results"]] == [
        "stored",
        "rejected",
        "rejected",
        "exception",
        "stored",
    ]
    assert answer["counts"] == {"stored": 2, "rejected": 2, "exception": 1}
    assert [row.native_id for row in stored(context, SalesLineRow)] == ["SO-1", "SO-5"]


@pytest.mark.parametrize(
    ("row", "pointer"),
    [
        (line(quantity="1e-7"), "/rows/0/quantity"),
        (line(quantity=True), "/rows/0/quantity"),
        (line(sold_on=20110801), "/rows/0/sold_on"),
        (line(sold_on="01.08.2011"), "/rows/0/sold_on"),
        (line(changed_at="2011-08-01T06:00:00"), "/rows/0/changed_at"),
        (line(native_id=""), "/rows/0/native_id"),
        (line(item_id="\x07"), "/rows/0/item_id"),
        (line(gone="yes"), "/rows/0/gone"),
        (line(source={"system": "erp"}), "/rows/0/source"),
        ({**line(), "a/b~c": 1}, "/rows/0/a~1b~0c"),
        ({"item_id": "BOTTLE"}, "/rows/0/native_id"),
        ([], "/rows/0"),
        (None, "/rows/0"),
    ],
)
def test_the_problem_of_a_row_points_to_the_place(
    client: TestClient, context: ServiceContext, row: Any, pointer: str
) -> None:
    client.headers["Idempotency-Key"] = "K1"
    (result,) = send(client, row)["results"]
    assert result["result"] == "rejected"
    problem = result["problem"]
    assert pointer in [problem["pointer"], *(one["pointer"] for one in problem.get("errors", []))]
    assert problem["remedy"]
    assert stored(context, SalesLineRow) == []


def test_a_decimal_number_is_taken_as_written(client: TestClient, context: ServiceContext) -> None:
    send(client, line(quantity=0.1))
    assert [str(row.quantity) for row in stored(context, SalesLineRow)] == ["0.1"]


def test_an_order_line_says_which_kind_it_is(client: TestClient) -> None:
    row = {**line(), "kind": "rental"}
    (result,) = send(client, row, path="open-orders")["results"]
    assert result["problem"]["pointer"] == "/rows/0/kind"


def test_gone_true_needs_only_what_identifies_the_row(
    client: TestClient, context: ServiceContext
) -> None:
    order = {
        "kind": "sales",
        "native_id": "SO-9",
        "item_id": "BOTTLE",
        "location_id": "UK",
        "quantity_open": "4",
        "requested_date": "2011-09-02",
    }
    done = {"kind": "sales", "native_id": "SO-9", "gone": True}
    send(client, order, path="open-orders")
    assert send(client, done, path="open-orders")["counts"] == {"stored": 1}
    assert [row.gone for row in stored(context, OpenSalesLineRow)] == [True]
    (result,) = send(client, {"gone": True, "item_id": "BOTTLE"}, path="stock-positions")["results"]
    assert result["problem"]["pointer"] == "/rows/0/location_id"


def test_the_answer_says_how_far_the_snapshot_has_come(
    client: TestClient, context: ServiceContext
) -> None:
    count = {
        "item_id": "BOTTLE",
        "location_id": "UK",
        "on_hand": 5,
        "as_of": "2011-08-29T06:00:00Z",
    }

    def part(number: int, *rows: Any, last: bool = False) -> Any:
        snapshot = {"id": "S1", "part": number, "last": last}
        return send(client, *rows, path="stock-positions", mode="snapshot", snapshot=snapshot)[
            "snapshot"
        ]

    send(client, count, path="stock-positions")
    told = part(3, last=True)
    assert (told["state"], told["missing"], told["gone"]) == ("open", [1, 2], None)
    part(1)
    told = part(2)
    assert (told["state"], told["missing"], told["gone"]) == ("closed", [], 1)
    assert [row.gone for row in stored(context, StockPositionRow)] == [True]


@pytest.mark.parametrize(
    "body",
    [
        {"system": "erp", "mode": "snapshot", "rows": []},
        {"system": "erp", "mode": "delta", "snapshot": {"id": "S1"}, "rows": []},
        {"system": "erp", "mode": "snapshot", "snapshot": {"id": "S1"}, "rows": []},
        {"system": "erp", "rows": [{}] * 5001},
        {"system": "erp", "rows": [], "surprise": 1},
        {"rows": []},
    ],
    ids=["no snapshot", "delta with one", "sales snapshot", "too many", "unknown field", "nobody"],
)
def test_a_batch_that_makes_no_sense_is_refused_as_a_whole(
    client: TestClient, body: dict[str, Any]
) -> None:
    answer = client.post("/v1/sales-lines", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ROUTES)
def test_without_a_key_of_the_right_scope_nothing_is_taken(
    client_for: Callable[..., TestClient], context: ServiceContext, path: str
) -> None:
    client = client_for(router)
    method, body = ROUTES[path]
    assert client.request(method, f"/v1/{path}", json=body).status_code == 401
    reader = key_for(context, "erp", Scope.PROPOSALS_READ)
    assert client.request(method, f"/v1/{path}", json=body, headers=reader).status_code == 403


def test_a_system_speaks_only_for_itself(
    client_for: Callable[..., TestClient], context: ServiceContext
) -> None:
    crm = key_for(context, "crm", Scope.FEEDS_WRITE)
    answer = client_for(router).post("/v1/items", json=examples.ITEMS, headers=crm)
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("system-mismatch")
    assert dirty(context) == {}


def test_the_same_batch_under_the_same_key_gets_the_same_answer_and_does_nothing_again(
    client: TestClient,
) -> None:
    client.headers["Idempotency-Key"] = "K1"
    first = send(client, line())
    assert first["counts"] == {"stored": 1}
    assert send(client, line()) == first
    other = client.post("/v1/sales-lines", json={"system": "erp", "rows": []})
    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency-key-reused")


def test_a_bad_cross_reference_spoils_no_other(client: TestClient) -> None:
    good = {"system": "crm", "kind": "item", "native_id": "P1", "canonical_key": "BOTTLE"}
    rows = [{**good, "kind": "colour"}, None, {**good, "canonical_key": "CUP"}, good]
    answer = client.put("/v1/cross-references", json={"rows": rows}).json()
    assert [row["result"] for row in answer["results"]] == ["rejected"] * 3 + ["stored"]
    pointers = [row["problem"]["pointer"] for row in answer["results"][:3]]
    assert pointers == ["/rows/0/kind", "/rows/1", "/rows/2/canonical_key"]
