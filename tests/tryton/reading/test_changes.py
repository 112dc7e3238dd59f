"""What changes in a real Tryton is told once, and nothing else is told again."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.ports import IncomingKind
from tests.tryton.person import Person
from tests.tryton.reading.reader import Reader, reading, values_of
from tests.tryton.seeded import ADMINISTRATOR, MAIN, OPEN_DEAL, SHOP
from tests.tryton.server import TrytonServer

pytestmark = pytest.mark.tryton

OPPORTUNITY = "sale.opportunity"


@dataclass
class World:
    """A person at work in Tryton, and we who read along."""

    tryton: TrytonServer
    person: Person
    reader: Reader

    def news(self) -> list[Any]:
        """The rows that are new since the last look."""
        return list(self.reader.rows())


@pytest.fixture
def kinds() -> tuple[IncomingKind, ...]:
    raise NotImplementedError("each test says what it reads")


@pytest.fixture
def world(tryton: TrytonServer, kinds: tuple[IncomingKind, ...]) -> Iterator[World]:
    """All that was there before is read."""
    with reading(tryton, *kinds) as reader:
        assert reader.batches()
        assert reader.batches() == []
        yield World(tryton, Person(tryton, ADMINISTRATOR), reader)


def reads(*kinds: IncomingKind) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kinds", [kinds], ids=["+".join(kinds)])


@reads(IncomingKind.ITEMS, IncomingKind.ACCOUNTS, IncomingKind.LOCATIONS)
def test_master_data_that_changes_is_told_again_and_what_is_given_up_is_gone(
    world: World,
) -> None:
    [pump] = world.person.find("product.product", [["code", "=", "PUMP-100"]], "template")
    world.person.write("product.template", [pump["template"]], name="Pump, new casting")
    assert [row["description"] for row in world.news()] == ["Pump, new casting"]
    made = _product(world.person, "CLAMP-3")
    assert [row["item_id"] for row in world.news()] == ["CLAMP-3"]
    world.person.write("product.product", [made["id"]], active=False)
    assert [(row["item_id"], row["gone"]) for row in world.news()] == [("CLAMP-3", True)]
    world.person.write("product.product", [made["id"]], active=True)
    assert ["gone" in row for row in world.news()] == [False]
    world.person.write("product.template", [made["template"]], active=False)
    assert {row["gone"] for row in world.news()} == {True}
    world.person.write("product.product", [made["id"]], active=False)
    _product(world.person, "CLAMP-3")  # the code is free again
    assert ["gone" in row for row in world.news()] == [False]
    world.person.write("product.template", [made["template"]], name="Once a clamp")
    assert world.news() == []
    [party] = world.person.create("party.party", {"name": "Newcomer", "code": "CUS-9"})
    assert [row["account_id"] for row in world.news()] == ["CUS-9"]
    world.person.write("party.party", [party], active=False)
    assert [row["gone"] for row in world.news()] == [True]
    [shop] = world.person.find("stock.location", [["code", "=", SHOP]], "name")
    world.person.write("stock.location", [shop["id"]], name="Shop in the city")
    assert {row["name"] for row in world.news()} >= {"Shop in the city"}
    assert world.news() == []


def _product(person: Person, code: str) -> Any:
    [unit] = person.find("product.uom", [["symbol", "=", "u"]], "id")
    [template] = person.create(
        "product.template",
        {
            "name": code,
            "code": code,
            "type": "goods",
            "default_uom": unit["id"],
            "products": [["create", [{}]]],
        },
    )
    [made] = person.find("product.product", [["template", "=", template]], "template")
    return made


@reads(IncomingKind.SUPPLIER_TERMS, IncomingKind.ORDER_POINTS, IncomingKind.TRANSFER_LANES)
def test_a_set_without_stamps_is_told_whole_and_what_was_deleted_is_not_in_it(
    world: World,
) -> None:
    model = "stock.order_point"
    [point] = world.person.find(
        model, [["product.code", "=", "PUMP-100"], ["location.code", "=", MAIN]], "id"
    )
    world.person.call(model, "delete", [point["id"]])
    [batch] = world.reader.batches()
    assert batch.snapshot
    assert ("PUMP-100", MAIN) not in {
        (row["item_id"], row["location_id"]) for row in values_of(batch)
    }
    [line] = world.person.find(
        "purchase.product_supplier", [["product.code", "=", "OIL-1"]], "party"
    )
    world.person.write("purchase.product_supplier", [line["id"]], lead_time=None)
    [batch] = world.reader.batches()
    assert batch.kind is IncomingKind.SUPPLIER_TERMS


@reads(IncomingKind.DEMAND_SIGNALS)
def test_an_opportunity_is_told_whole_whenever_something_of_it_changes(world: World) -> None:
    [deal] = world.person.find(OPPORTUNITY, [["reference", "=", OPEN_DEAL]], "number", "lines")
    first, second = deal["lines"]
    line = "sale.opportunity.line"
    world.person.write(line, [first], quantity=500.0)
    changed = world.news()
    assert {row["line_id"]: row["quantity"] for row in changed} == {
        str(first): "500",
        str(second): "600",
    }
    [version] = {row["source_version"] for row in changed}

    world.person.write(OPPORTUNITY, [deal["id"]], lines=[["delete", [second]]])
    [batch] = world.reader.batches()
    [left] = values_of(batch)
    assert left["line_id"] == str(first)
    assert left["source_version"] > version
    assert batch.whole_opportunities == {deal["number"]}

    world.person.write(OPPORTUNITY, [deal["id"]], lines=[["delete", [first]]])
    [batch] = world.reader.batches()
    assert values_of(batch) == []
    assert batch.whole_opportunities == {deal["number"]}
    assert world.news() == []


@reads(IncomingKind.DEMAND_SIGNALS)
def test_what_became_of_an_opportunity_is_its_status(world: World) -> None:
    [deal] = world.person.find(OPPORTUNITY, [["reference", "=", OPEN_DEAL]], "number")
    world.person.press(OPPORTUNITY, [deal["id"]], "lead", "cancel")
    assert {row["status"] for row in world.news()} == {"deleted"}
    world.person.press(OPPORTUNITY, [deal["id"]], "lead", "opportunity", "convert")
    assert {row["status"] for row in world.news()} == {"won"}


@reads(IncomingKind.DEMAND_SIGNALS)
def test_a_line_that_says_too_little_is_unreadable_and_spoils_no_other(world: World) -> None:
    [deal] = world.person.find(OPPORTUNITY, [["reference", "=", OPEN_DEAL]], "number", "lines")
    world.person.write("sale.opportunity.line", deal["lines"][:1], product=None, unit=None)
    [batch] = world.reader.batches()
    assert len(values_of(batch)) == 1
    assert list(batch.unreadable.values()) == [
        f"Line {deal['lines'][0]} of Opportunity {deal['number']} names no product."
    ]
    assert batch.whole_opportunities == frozenset()


@reads(IncomingKind.SALES_LINES, IncomingKind.STOCK_POSITIONS, IncomingKind.OPEN_ORDERS)
def test_a_delivery_is_a_sale_less_stock_and_no_open_order(world: World) -> None:
    waiting = [["moves.state", "=", "draft"], ["product.code", "=", "HOSE-12"]]
    [line] = world.person.find("sale.line", waiting, "sale")
    [sale] = world.person.find("sale.sale", [["id", "=", line["sale"]]], "shipments", "number")
    steps = ("assign_force", "pick", "pack", "ship", "do")
    world.person.press("stock.shipment.out", sale["shipments"], *steps)
    batches = {batch.kind: values_of(batch) for batch in world.reader.batches()}
    sold = {row["item_id"]: row for row in batches[IncomingKind.SALES_LINES]}
    assert {code: row["quantity"] for code, row in sold.items()} == {
        "VALVE-20": "36",
        "HOSE-12": "120",
    }
    assert sold["HOSE-12"]["order_line_id"] == f"{sale['number']}/{line['id']}"
    stock = {
        (row["item_id"], row["location_id"]): row["on_hand"]
        for row in batches[IncomingKind.STOCK_POSITIONS]
    }
    assert stock["VALVE-20", MAIN] == "36"
    assert {item for item, _ in stock} == {"VALVE-20", "HOSE-12"}
    assert {row["kind"] for row in batches[IncomingKind.OPEN_ORDERS]} == {"purchase"}
    assert world.news() == []


@reads(IncomingKind.OPEN_ORDERS)
def test_a_sale_of_an_opportunity_leads_back_to_it(world: World) -> None:
    [deal] = world.person.find(OPPORTUNITY, [["reference", "=", OPEN_DEAL]], "number")
    world.person.press(OPPORTUNITY, [deal["id"]], "convert")
    [sale] = world.person.find("sale.sale", [["origin", "=", f"{OPPORTUNITY},{deal['id']}"]], "id")
    [main] = world.person.find("stock.location", [["code", "=", MAIN]], "id")
    chosen = {"invoice_method": "manual", "warehouse": main["id"]}
    world.person.write("sale.sale", [sale["id"]], **chosen)
    lines = [row["id"] for row in world.person.find("sale.line", [["sale", "=", sale["id"]]])]
    world.person.write("sale.line", lines, unit_price=Decimal("9.90"))
    world.person.press("sale.sale", [sale["id"]], "quote", "confirm")
    rows = [row for row in world.news() if row.get("opportunity_id")]
    assert {row["opportunity_id"] for row in rows} == {deal["number"]}
    assert len(rows) == len(lines) == 2


@reads(IncomingKind.ITEMS)
def test_a_batch_is_the_same_until_it_is_settled_though_tryton_changes(world: World) -> None:
    [pump] = world.person.find("product.product", [["code", "=", "PUMP-100"]], "template")
    world.person.write("product.template", [pump["template"]], name="Pump II")
    source, cursor = world.reader.source, world.reader.cursor
    offered = source.read(cursor)
    world.person.write("product.template", [pump["template"]], name="Pump III")
    assert source.read(cursor) == offered
    told = [values_of(batch)[0]["description"] for batch in world.reader.batches()]
    assert told == ["Pump II", "Pump III"]


@reads(IncomingKind.ITEMS, IncomingKind.STOCK_POSITIONS, IncomingKind.OPEN_ORDERS)
def test_who_reads_again_from_the_same_cursor_reads_the_same(world: World) -> None:
    kinds = (IncomingKind.ITEMS, IncomingKind.STOCK_POSITIONS, IncomingKind.OPEN_ORDERS)
    with reading(world.tryton, *kinds) as one, reading(world.tryton, *kinds) as other:
        while True:
            read = one.source.read(one.cursor)
            assert other.source.read(one.cursor) == read
            if read is None:
                break
            one.cursor = read[1]


@reads(IncomingKind.ITEMS)
def test_reading_goes_on_when_the_session_has_ended(world: World, tmp_path: Path) -> None:
    [pump] = world.person.find("product.product", [["code", "=", "PUMP-100"]], "template")
    world.person.write("product.template", [pump["template"]], name="Pump IV")
    with sqlite3.connect(tmp_path / f"{world.tryton.storage.name}.sqlite") as database:
        assert database.execute("DELETE FROM ir_session").rowcount > 0
    database.close()
    assert [row["description"] for row in world.news()] == ["Pump IV"]


@reads(IncomingKind.ITEMS)
def test_reading_goes_on_when_tryton_was_killed_and_started_again(world: World) -> None:
    [pump] = world.person.find("product.product", [["code", "=", "PUMP-100"]], "template")
    world.person.write("product.template", [pump["template"]], name="Pump V")
    world.tryton.kill()
    world.tryton.start()
    assert [row["description"] for row in world.news()] == ["Pump V"]
