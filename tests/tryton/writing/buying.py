"""What a purchaser does in Tryton with our requisitions: buy, have it confirmed, receive it."""

from collections.abc import Sequence

from tests.tryton.person import Person

REQUISITION = "purchase.requisition"
PURCHASE = "purchase.purchase"


def requisition(person: Person, number: str) -> int:
    """The id of the requisition of this number."""
    [found] = person.find(REQUISITION, [["number", "=", number]], "id")
    return int(found["id"])


def buy(person: Person, *numbers: str) -> list[int]:
    """Approve these requisitions and make purchases of their requests; the purchases' ids."""
    ids = [requisition(person, number) for number in numbers]
    person.press(REQUISITION, ids, "approve")
    return purchase(person, *numbers)


def purchase(person: Person, *numbers: str) -> list[int]:
    """Make purchases of the requests of these requisitions; their ids."""
    of_them = [
        ("origin.requisition.number", "in", list(numbers), "purchase.requisition.line"),
        ("state", "=", "draft"),
    ]
    requests = [row["id"] for row in person.find("purchase.request", of_them, "id")]
    person.run(
        "purchase.request.create_purchase",
        {},
        "open_",
        active_model="purchase.request",
        active_ids=requests,
        active_id=requests[0],
    )
    found = person.find(PURCHASE, [["lines.requests", "in", requests]], "id")
    return [row["id"] for row in found]


def confirm(person: Person, purchases: Sequence[int]) -> None:
    """Send the orders out; Tryton goes on to process them by itself."""
    person.press(PURCHASE, purchases, "quote", "confirm")


def give_up(person: Person, purchases: Sequence[int]) -> None:
    """Decide that the requests of these cancelled purchases are not bought after all."""
    domain = [["purchase_line.purchase", "in", list(purchases)]]
    requests = [row["id"] for row in person.find("purchase.request", domain, "id")]
    person.run(
        "purchase.request.handle.purchase.cancellation",
        {},
        "cancel_request",
        active_model="purchase.request",
        active_ids=requests,
        active_id=requests[0],
    )


def receive(person: Person, purchases: Sequence[int]) -> None:
    """Receive all of it."""
    places = ("warehouse.input_location", "warehouse.storage_location")
    fields = ("party", *places, "lines.moves")
    for row in person.find(PURCHASE, [["id", "in", list(purchases)]], *fields):
        shipment = {
            "supplier": row["party"],
            "warehouse": row["warehouse."]["id"],
            "warehouse_input": row["warehouse."]["input_location"],
            "warehouse_storage": row["warehouse."]["storage_location"],
            "incoming_moves": [["add", [move for line in row["lines."] for move in line["moves"]]]],
        }
        made = person.create("stock.shipment.in", shipment)
        person.press("stock.shipment.in", made, "receive", "do")


def ship(person: Person, number: str, *buttons: str) -> int:
    """Take a transfer on, force its assignment, and press ``buttons``; its id."""
    [found] = person.find("stock.shipment.internal", [["number", "=", number]], "id")
    person.press("stock.shipment.internal", [found["id"]], *buttons)
    return int(found["id"])
