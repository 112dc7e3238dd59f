"""What was sold, what lies there, what is under way and what is hoped for, in our words."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.ports import IncomingKind
from tests.tryton.person import Person
from tests.tryton.reading.reader import reading
from tests.tryton.seeded import (
    CUSTOMERS,
    HISTORY_WEEKS,
    ITEMS,
    LOST_CAUSE,
    MAIN,
    NORTH,
    OPEN_DEAL,
    SERVICE,
    SHOP,
    UNCERTAIN_DEAL,
)
from tests.tryton.server import TrytonServer

pytestmark = pytest.mark.tryton

Rows = Sequence[Mapping[str, Any]]


def rows_of(tryton: TrytonServer, kind: IncomingKind, **settings: Any) -> Rows:
    with reading(tryton, kind, idempotency="unique", **settings) as reader:
        return reader.rows()


def test_deliveries_are_the_history_of_sales_and_returns_are_negative(
    read_only_tryton: TrytonServer,
) -> None:
    rows = rows_of(read_only_tryton, IncomingKind.SALES_LINES)
    days = [date.fromisoformat(row["sold_on"]) for row in rows]
    assert max(days) - min(days) == timedelta(weeks=HISTORY_WEEKS - 1)
    assert {row["item_id"] for row in rows} == {item.code for item in ITEMS}
    assert {row["location_id"] for row in rows} == {MAIN, NORTH, SHOP}
    assert {row["account_id"] for row in rows} == set(CUSTOMERS)
    returned = [row for row in rows if Decimal(row["quantity"]) < 0]
    assert {(row["item_id"], row["quantity"]) for row in returned} == {
        ("VALVE-20", "-2"),
        ("FILTER-5", "-2"),
    }
    prices = {row["unit_price"] for row in rows if row["item_id"] == "HOSE-12"}
    assert prices == {"3.2"}


def test_the_history_adds_up_to_what_tryton_moved(read_only_tryton: TrytonServer) -> None:
    moves = Person(read_only_tryton, SERVICE).find(
        "stock.move",
        [["state", "=", "done"], ["to_location.type", "=", "customer"]],
        "product.code",
        "quantity",
    )
    wanted: defaultdict[str, Decimal] = defaultdict(Decimal)
    for move in moves:
        wanted[move["product."]["code"]] += Decimal(str(move["quantity"]))
    sold: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows_of(read_only_tryton, IncomingKind.SALES_LINES):
        sold[row["item_id"]] += max(Decimal(row["quantity"]), Decimal(0))
    assert sold == wanted


def test_the_history_begins_where_the_settings_say(read_only_tryton: TrytonServer) -> None:
    whole = rows_of(read_only_tryton, IncomingKind.SALES_LINES)
    first = sorted(row["sold_on"] for row in whole)[len(whole) // 2]
    since = rows_of(read_only_tryton, IncomingKind.SALES_LINES, history_from=first)
    assert {row["native_id"] for row in since} == {
        row["native_id"] for row in whole if row["sold_on"] >= first
    }


def test_stock_is_told_of_each_product_in_each_warehouse(read_only_tryton: TrytonServer) -> None:
    rows = rows_of(read_only_tryton, IncomingKind.STOCK_POSITIONS)
    found = {(row["item_id"], row["location_id"]): row["on_hand"] for row in rows}
    assert len(found) == len(rows) == len(ITEMS) * 3
    assert found["PUMP-100", MAIN] == "11"  # three weeks of 6, of which MAIN sells six tenths


def test_what_is_ordered_and_has_not_come_is_open(read_only_tryton: TrytonServer) -> None:
    rows = rows_of(read_only_tryton, IncomingKind.OPEN_ORDERS)
    purchases = {row["item_id"]: row for row in rows if row["kind"] == "purchase"}
    assert {code: row["quantity_open"] for code, row in purchases.items()} == {
        "PUMP-100": "12",
        "VALVE-20": "240",
    }
    pump = purchases["PUMP-100"]
    assert (pump["supplier_id"], pump["location_id"]) == ("SUP-A", MAIN)
    assert pump["native_id"].startswith(f"{pump['purchase_order_number']}/")
    sales = {row["item_id"]: row for row in rows if row["kind"] == "sales"}
    assert {code: row["quantity_open"] for code, row in sales.items()} == {
        "VALVE-20": "36",
        "HOSE-12": "120",
    }
    assert {row["account_id"] for row in sales.values()} == {"CUS-1"}


def test_opportunities_are_signals_line_by_line(read_only_tryton: TrytonServer) -> None:
    deals = Person(read_only_tryton, SERVICE).find("sale.opportunity", [], "reference", "number")
    numbers = {deal["reference"]: deal["number"] for deal in deals}
    with reading(read_only_tryton, IncomingKind.DEMAND_SIGNALS, idempotency="unique") as reader:
        batches = reader.batches()
    assert {name for batch in batches for name in batch.whole_opportunities} == set(
        numbers.values()
    )
    rows = rows_of(read_only_tryton, IncomingKind.DEMAND_SIGNALS)
    told = {
        (row["opportunity_id"], row["product"]): (row["status"], row["win_probability"])
        for row in rows
    }
    assert len(rows) == len(told)
    assert told == {
        (numbers[OPEN_DEAL], "VALVE-20"): ("open", "0.7"),
        (numbers[OPEN_DEAL], "HOSE-12"): ("open", "0.7"),
        (numbers[UNCERTAIN_DEAL], "PUMP-100"): ("open", "0.3"),
        (numbers[LOST_CAUSE], "FILTER-5"): ("lost", "0.1"),
    }


def test_goods_are_wanted_after_the_day_on_which_a_deal_is_expected(
    read_only_tryton: TrytonServer,
) -> None:
    kind = IncomingKind.DEMAND_SIGNALS
    days = {"delivery_after_days": 5, "delivery_window_days": 7, "opportunity_location": NORTH}
    rows = rows_of(read_only_tryton, kind, **days)
    [deal] = Person(read_only_tryton, SERVICE).find(
        "sale.opportunity", [["reference", "=", UNCERTAIN_DEAL]], "number", "end_date"
    )
    [row] = [row for row in rows if row["opportunity_id"] == deal["number"]]
    start = deal["end_date"] + timedelta(days=5)
    assert row["delivery_window"] == {
        "start": start.isoformat(),
        "end": (start + timedelta(days=6)).isoformat(),
    }
    assert row["location"] == NORTH
