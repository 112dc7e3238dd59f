"""What a real Tryton knows of products, places, parties, suppliers and lanes, in our words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from adapters.http_client import RefusedCallerError
from adapters.ports import IncomingKind
from tests.tryton.reading.reader import reading
from tests.tryton.seeded import CUSTOMERS, ITEMS, MAIN, NORTH, SERVICE, SHOP, SUPPLIERS
from tests.tryton.server import TrytonServer

pytestmark = pytest.mark.tryton

Rows = Sequence[Mapping[str, Any]]
PLACES = (MAIN, NORTH, SHOP)


def rows_of(tryton: TrytonServer, kind: IncomingKind) -> Rows:
    with reading(tryton, kind, idempotency="unique") as reader:
        return reader.rows()


def test_products_are_items_counted_in_their_own_unit(read_only_tryton: TrytonServer) -> None:
    rows = {row["item_id"]: row for row in rows_of(read_only_tryton, IncomingKind.ITEMS)}
    assert set(rows) == {item.code for item in ITEMS}
    for item in ITEMS:
        assert rows[item.code]["base_unit"] == item.unit
        assert rows[item.code]["description"] == item.name
    hose = {one["unit"]: one for one in rows["HOSE-12"]["conversions"]}
    assert (hose["roll"]["numerator"], hose["roll"]["denominator"]) == ("50", "1")
    assert (hose["mm"]["numerator"], hose["mm"]["denominator"]) == ("1", "1000")
    assert rows["HOSE-12"]["unit_decimals"] == 2


def test_warehouses_are_locations_in_the_companys_time_zone(
    read_only_tryton: TrytonServer,
) -> None:
    rows = rows_of(read_only_tryton, IncomingKind.LOCATIONS)
    assert {row["location_id"] for row in rows} == set(PLACES)
    assert {(row["kind"], row["time_zone"]) for row in rows} == {("warehouse", "UTC")}


def test_parties_are_accounts(read_only_tryton: TrytonServer) -> None:
    rows = rows_of(read_only_tryton, IncomingKind.ACCOUNTS)
    assert {row["account_id"] for row in rows} >= {*CUSTOMERS, *SUPPLIERS}


def test_suppliers_deliver_to_each_warehouse_on_their_terms(
    read_only_tryton: TrytonServer,
) -> None:
    rows = rows_of(read_only_tryton, IncomingKind.SUPPLIER_TERMS)
    found = {(row["item_id"], row["location_id"]): row for row in rows}
    assert set(found) == {(item.code, place) for item in ITEMS for place in PLACES}
    for item in ITEMS:
        row = found[item.code, MAIN]
        assert (row["supplier_id"], row["lead_time_days"]) == (item.supplier, item.lead_time_days)
        assert row["currency"] == "EUR"


def test_terms_are_per_base_unit_though_it_is_bought_by_the_box(
    read_only_tryton: TrytonServer,
) -> None:
    rows = rows_of(read_only_tryton, IncomingKind.SUPPLIER_TERMS)
    [row] = [row for row in rows if (row["item_id"], row["location_id"]) == ("FILTER-5", MAIN)]
    assert (row["order_multiple"], row["minimum_order_quantity"]) == ("12", "12")
    assert row["unit_price"] == "4.1"  # 49.20 a box of twelve


def test_order_points_are_hints_of_what_tryton_would_order(read_only_tryton: TrytonServer) -> None:
    rows = rows_of(read_only_tryton, IncomingKind.ORDER_POINTS)
    found = {(row["item_id"], row["location_id"]): row for row in rows}
    pump, valve = found["PUMP-100", MAIN], found["VALVE-20", SHOP]
    assert (pump["minimum_quantity"], pump["target_quantity"]) == ("18", "36")
    assert "maximum_quantity" not in pump
    assert (valve["minimum_quantity"], valve["maximum_quantity"]) == ("10", "60")


def test_lanes_are_where_goods_take_a_known_time_or_an_order_point_provides(
    read_only_tryton: TrytonServer,
) -> None:
    rows = rows_of(read_only_tryton, IncomingKind.TRANSFER_LANES)
    lanes = {
        (row["from_location_id"], row["to_location_id"], row.get("item_id")): row["lead_time_days"]
        for row in rows
    }
    assert lanes == {
        (MAIN, SHOP, None): 3,
        (MAIN, NORTH, None): 5,
        (NORTH, SHOP, None): 2,
        (MAIN, SHOP, "VALVE-20"): 3,
        (MAIN, SHOP, "FILTER-5"): 3,
        (MAIN, SHOP, "HOSE-12"): 3,
    }


@pytest.fixture
def all_kinds(read_only_tryton: TrytonServer) -> Iterator[Any]:
    kinds = (*_FIRST, IncomingKind.SALES_LINES, IncomingKind.DEMAND_SIGNALS)
    with reading(read_only_tryton, *reversed(kinds), idempotency="unique") as reader:
        yield reader


_FIRST = (IncomingKind.LOCATIONS, IncomingKind.ITEMS, IncomingKind.ACCOUNTS)


def test_what_others_refer_to_is_read_first(all_kinds: Any) -> None:
    batches = all_kinds.batches()
    assert tuple(dict.fromkeys(batch.kind for batch in batches))[:3] == _FIRST
    assert len({batch.reference for batch in batches}) == len(batches)


def test_nothing_new_is_nothing(all_kinds: Any) -> None:
    all_kinds.batches()
    assert all_kinds.next() is None


def test_a_wrong_password_is_said_in_words(read_only_tryton: TrytonServer) -> None:
    wrong = {"password": f"{SERVICE.password}!"}
    with (
        reading(read_only_tryton, IncomingKind.ITEMS, **wrong) as reader,
        pytest.raises(RefusedCallerError, match="refuses to log pegline in to tryton"),
    ):
        reader.next()
