"""Purchases and transfers that were made for our requisitions lead back to them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.ports import IncomingKind
from tests.tryton.person import Person
from tests.tryton.preparing import Flavour
from tests.tryton.reading.reader import Reader, reading
from tests.tryton.seeded import ADMINISTRATOR, MAIN, PURCHASER, SHOP
from tests.tryton.server import TrytonServer

pytestmark = pytest.mark.tryton

REQUISITION, TRANSFER = "purchase.requisition", "stock.shipment.internal"


@pytest.fixture
def reader(tryton: TrytonServer, flavour: Flavour) -> Iterator[Reader]:
    mode = "unique" if flavour is Flavour.UNIQUE else "search_first"
    with reading(tryton, IncomingKind.OPEN_ORDERS, idempotency=mode) as opened:
        opened.batches()
        yield opened


def keyed(flavour: Flavour, key: str) -> dict[str, Any]:
    return {"number": key, **({"external_ref": key} if flavour is Flavour.UNIQUE else {})}


def product(person: Person, code: str) -> Any:
    fields = ("default_uom", "template.purchase_uom", "template.products")
    [found] = person.find("product.product", [["code", "=", code]], *fields)
    return found


def place(person: Person, code: str) -> Any:
    [found] = person.find("stock.location", [["code", "=", code]], "storage_location")
    return found


def requisition(person: Person, values: dict[str, Any], code: str, quantity: float) -> int:
    wanted = product(person, code)
    today = person.call("ir.date", "today")
    line = {"product": wanted["id"], "quantity": quantity, "unit": wanted["default_uom"]}
    [employee] = person.find("company.employee", [], "id")[-1:]
    [made] = person.create(
        REQUISITION,
        {
            **values,
            "employee": employee["id"],
            "supply_date": today + timedelta(days=40),
            "warehouse": place(person, MAIN)["id"],
            "lines": [["create", [line]]],
        },
    )
    person.press(REQUISITION, [made], "wait", "approve")
    return made


def purchase(person: Person, requisitions: list[int]) -> None:
    requests = person.find(
        "purchase.request",
        [["origin.requisition.id", "in", requisitions, f"{REQUISITION}.line"]],
        "id",
    )
    ids = [row["id"] for row in requests]
    person.run(
        "purchase.request.create_purchase",
        {},
        "start",
        active_model="purchase.request",
        active_ids=ids,
        active_id=ids[0],
    )
    lines = person.find("purchase.request", [["id", "in", ids]], "purchase_line.purchase")
    orders = sorted({row["purchase_line."]["purchase"] for row in lines})
    person.write("purchase.purchase", orders, invoice_method="manual")
    parties = person.find("purchase.purchase", [["id", "in", orders]], "party.addresses")
    for order in parties:
        address = order["party."]["addresses"][0]
        person.write("purchase.purchase", [order["id"]], invoice_address=address)
    person.press("purchase.purchase", orders, "quote", "confirm")


@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_purchase_tells_the_requisition_it_was_made_for(
    tryton: TrytonServer, reader: Reader, flavour: Flavour
) -> None:
    person = Person(tryton, ADMINISTRATOR)
    made = requisition(person, keyed(flavour, "PR-7#2"), "FILTER-5", 120.0)
    assert reader.batches() == []  # nothing is on order yet
    purchase(Person(tryton, PURCHASER), [made])
    [row] = [row for row in reader.rows() if row["item_id"] == "FILTER-5"]
    assert (row["proposal_ref"], row["quantity_open"]) == ("PR-7", "120")
    assert (row["supplier_id"], row["location_id"]) == ("SUP-B", MAIN)


def test_a_line_for_two_requisitions_is_told_in_two_parts(
    tryton: TrytonServer, reader: Reader, flavour: Flavour
) -> None:
    person = Person(tryton, ADMINISTRATOR)
    made = [
        requisition(person, keyed(flavour, key), "FILTER-5", quantity)
        for key, quantity in (("PR-1", 24.0), ("PR-2", 36.0))
    ]
    purchase(Person(tryton, PURCHASER), made)
    rows = [row for row in reader.rows() if row["item_id"] == "FILTER-5"]
    assert {row["proposal_ref"]: row["quantity_open"] for row in rows} == {
        "PR-1": "24",
        "PR-2": "36",
    }
    assert len({row["native_id"] for row in rows}) == 2


@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_transfer_is_on_order_where_it_leads_until_it_has_come(
    tryton: TrytonServer, flavour: Flavour
) -> None:
    person = Person(tryton, ADMINISTRATOR)
    valve = product(person, "VALVE-20")
    source, sink = (place(person, code)["storage_location"] for code in (MAIN, SHOP))
    today = person.call("ir.date", "today")
    ends = {"from_location": source, "to_location": sink}
    move = {"product": valve["id"], "quantity": 8.0, "unit": valve["default_uom"], **ends}
    [made] = person.create(
        TRANSFER,
        {
            **keyed(flavour, "TR-3"),
            **ends,
            "planned_start_date": today,
            "planned_date": today + timedelta(days=3),
            "moves": [["create", [move]]],
        },
    )
    assert not [row for row in _open(tryton, flavour) if row.get("proposal_ref")]  # only a draft
    for button in ("wait", "assign_force", "pack", "ship"):
        person.press(TRANSFER, [made], button)
        rows = [row for row in _open(tryton, flavour) if row.get("proposal_ref") == "TR-3"]
        assert [(row["location_id"], row["quantity_open"]) for row in rows] == [(SHOP, "8")], button
    person.press(TRANSFER, [made], "do")
    assert not [row for row in _open(tryton, flavour) if row.get("proposal_ref")]


def _open(tryton: TrytonServer, flavour: Flavour) -> list[Any]:
    mode = "unique" if flavour is Flavour.UNIQUE else "search_first"
    with reading(tryton, IncomingKind.OPEN_ORDERS, idempotency=mode) as opened:
        return list(opened.rows())
