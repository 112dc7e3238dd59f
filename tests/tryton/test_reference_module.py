"""Our Tryton module, on its own: however many create one document at once, there is one."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.tryton.person import Person, RefusedError
from tests.tryton.preparing import Flavour
from tests.tryton.seeded import MAIN, NORTH, SERVICE
from tests.tryton.server import DatabaseKind, TrytonServer

pytestmark = [
    pytest.mark.tryton,
    pytest.mark.parametrize("flavour", [Flavour.UNIQUE]),
    pytest.mark.parametrize("database", list(DatabaseKind)),
]
RACERS = 6
REFERENCE = "PEG-0001"
REQUISITION, SHIPMENT = "purchase.requisition", "stock.shipment.internal"


def _wish(service: Person) -> dict[str, Any]:
    [product] = service.find("product.product", [["code", "=", "PUMP-100"]], "default_uom")
    line = {"product": product["id"], "quantity": 5.0, "unit": product["default_uom"]}
    return {"external_ref": REFERENCE, "lines": [["create", [line]]]}


def _transfer(service: Person) -> dict[str, Any]:
    warehouses = [["code", "in", [MAIN, NORTH]]]
    source, target = service.find("stock.location", warehouses, "storage_location")
    return {
        "external_ref": REFERENCE,
        "from_location": source["storage_location"],
        "to_location": target["storage_location"],
    }


@pytest.mark.parametrize(("model", "document"), [(REQUISITION, _wish), (SHIPMENT, _transfer)])
def test_six_racing_creates_make_one_document_and_the_losers_find_it(
    tryton: TrytonServer, model: str, document: Any
) -> None:
    racers = [Person(tryton, SERVICE) for _ in range(RACERS)]
    values = document(racers[0])

    def race(racer: Person) -> int | RefusedError:
        try:
            return racer.create(model, values)[0]
        except RefusedError as refused:
            return refused

    with ThreadPoolExecutor(RACERS) as pool:
        ends = list(pool.map(race, racers))
    [winner] = [end for end in ends if isinstance(end, int)]
    assert {end.kind for end in ends if isinstance(end, RefusedError)} == {"UserError"}
    for racer in racers:
        [found] = racer.find(model, [["external_ref", "=", REFERENCE]], "id")
        assert found["id"] == winner


def test_a_copy_does_not_take_the_reference_with_it(tryton: TrytonServer) -> None:
    service = Person(tryton, SERVICE)
    for model, document in ((REQUISITION, _wish(service)), (SHIPMENT, _transfer(service))):
        made = service.create(model, document)
        [copy] = service.call(model, "copy", made, {})
        [found] = service.find(model, [["id", "=", copy]], "external_ref")
        assert found["external_ref"] is None


def test_documents_without_a_reference_do_not_disturb_each_other(tryton: TrytonServer) -> None:
    service = Person(tryton, SERVICE)
    wish = {**_wish(service), "external_ref": None}
    assert len(service.create(REQUISITION, wish, wish)) == 2
