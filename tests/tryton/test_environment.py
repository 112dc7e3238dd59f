"""The Tryton that all tests here rely on: it is seeded, it survives, and it is really shut off."""

import datetime as dt

import pytest

from tests.tryton.person import Person
from tests.tryton.preparing import Flavour
from tests.tryton.seeded import (
    CUSTOMERS,
    HISTORY_WEEKS,
    ITEMS,
    MAIN,
    OPEN_DEAL,
    PURCHASER,
    SERVICE,
    SUPPLIERS,
)
from tests.tryton.server import DatabaseKind, TrytonServer

pytestmark = pytest.mark.tryton


def test_the_seeded_tryton_knows_the_products_and_their_suppliers(
    read_only_tryton: TrytonServer,
) -> None:
    service = Person(read_only_tryton, SERVICE)
    products = service.find("product.product", [], "code", "default_uom.symbol")
    assert {row["code"] for row in products} == {item.code for item in ITEMS}
    terms = service.find("purchase.product_supplier", [], "product.code", "party.code", "lead_time")
    assert {
        (row["product."]["code"], row["party."]["code"], row["lead_time"].days) for row in terms
    } == {(item.code, item.supplier, item.lead_time_days) for item in ITEMS}
    partners = service.find("party.party", [["code", "in", [*CUSTOMERS, *SUPPLIERS]]], "code")
    assert len(partners) == len(CUSTOMERS) + len(SUPPLIERS)


def test_the_history_reaches_back_over_a_year_of_weeks(read_only_tryton: TrytonServer) -> None:
    service = Person(read_only_tryton, SERVICE)
    delivered = [["state", "=", "done"], ["to_location.type", "=", "customer"]]
    dates = [
        row["effective_date"] for row in service.find("stock.move", delivered, "effective_date")
    ]
    assert max(dates) - min(dates) == dt.timedelta(weeks=HISTORY_WEEKS - 1)
    returned = [["state", "=", "done"], ["from_location.type", "=", "customer"]]
    assert service.find("stock.move", returned, "quantity")


def test_there_is_stock_and_something_is_under_way(read_only_tryton: TrytonServer) -> None:
    service = Person(read_only_tryton, SERVICE)
    [main] = service.find("stock.location", [["code", "=", MAIN]], "code")
    stock = service.find(
        "product.product", [], "code", "quantity", locations=[main["id"]], with_childs=True
    )
    assert all(row["quantity"] > 0 for row in stock)
    assert service.find("purchase.line", [["purchase.state", "=", "processing"]], "quantity")
    assert service.find("sale.line", [["sale.state", "=", "processing"]], "quantity")
    [deal] = service.find("sale.opportunity", [["reference", "=", OPEN_DEAL]], "state")
    assert deal["state"] == "opportunity"


@pytest.mark.parametrize("flavour", list(Flavour))
def test_only_the_unique_flavour_has_our_module(tryton: TrytonServer, flavour: Flavour) -> None:
    fields = Person(tryton, SERVICE).call("purchase.requisition", "fields_get", None)
    assert ("external_ref" in fields) == (flavour is Flavour.UNIQUE)


@pytest.mark.parametrize("database", list(DatabaseKind))
def test_a_killed_tryton_comes_back_with_its_data(tryton: TrytonServer) -> None:
    before = Person(tryton, PURCHASER)
    [made] = before.create("party.party", {"name": "Written just before the lights went out"})
    tryton.kill()
    with pytest.raises(OSError, match="refused"):
        before.find("party.party", [], "name")
    tryton.start()
    [found] = Person(tryton, PURCHASER).find("party.party", [["id", "=", made]], "name")
    assert found["name"] == "Written just before the lights went out"
