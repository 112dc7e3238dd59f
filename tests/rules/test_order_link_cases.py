"""The worked examples in ``cases/order_links.toml``, and that the sequence does not matter."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules.ordering.order_linking import OpportunityLine, OrderLine, OrderLinks, link_orders

CASES = tomllib.loads(
    (Path(__file__).parent / "cases/order_links.toml").read_text(encoding="utf-8")
)["case"]

each_case = pytest.mark.parametrize("case", CASES, ids=[case["sentence"] for case in CASES])


def opportunity(key: str, said: dict[str, Any]) -> OpportunityLine:
    usual = {
        "opportunity_id": key,
        "item_id": "ITEM",
        "location_id": "HUB",
        "account_id": "ACME",
        "quantity": 400,
        "quantity_basis": "incremental",
        "status": "won",
        "window_start": date(2026, 3, 1),
        "window_end": date(2026, 3, 31),
    }
    fields: dict[str, Any] = usual | said
    return OpportunityLine(key, **fields | {"quantity": Decimal(fields["quantity"])})


def order(key: str, said: dict[str, Any]) -> OrderLine:
    usual = {
        "item_id": "ITEM",
        "location_id": "HUB",
        "account_id": "ACME",
        "quantity": 100,
        "due": date(2026, 3, 10),
        "opportunity_id": None,
        "shipped": False,
    }
    fields: dict[str, Any] = usual | said
    exact = {"quantity": Decimal(fields["quantity"]), "account_id": fields["account_id"] or None}
    return OrderLine(key, **fields | exact)


def linked(case: dict[str, Any], *, backwards: bool) -> OrderLinks:
    orders = [order(key, said) for key, said in case["order"].items()]
    opportunities = [opportunity(key, said) for key, said in case["opportunity"].items()]
    step = -1 if backwards else 1
    return link_orders(orders[::step], opportunities[::step])


@each_case
@pytest.mark.parametrize("backwards", [False, True], ids=["as written", "backwards"])
def test_orders_are_linked_as_the_case_says(case: dict[str, Any], backwards: bool) -> None:
    links = linked(case, backwards=backwards)
    expected = case["expect"]
    assert links.linked == expected.get("linked", {})
    assert {key: list(among) for key, among in links.ambiguous.items()} == expected.get(
        "ambiguous", {}
    )
    assert links.ordered == expected["ordered"]


def test_the_same_order_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'SO-1' is there twice"):
        link_orders([order("SO-1", {}), order("SO-1", {})], [])


def test_the_same_opportunity_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'OPP-7' is there twice"):
        link_orders([], [opportunity("OPP-7", {}), opportunity("OPP-7", {})])
