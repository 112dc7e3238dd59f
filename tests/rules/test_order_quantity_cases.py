"""The worked examples in ``cases/order_quantities.toml``, by scalar, by column, by explanation."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rules.ordering.explain import Subject, explain
from rules.ordering.explanation import recompute_quantity
from rules.ordering.lot_sizing import LotSizing, size_lot
from rules.ordering.net_requirement import InventoryPosition, net_requirement
from rules.ordering.quantities import to_millionths
from rules.ordering.replenish import QUANTITIES, recommend_orders
from rules.ordering.supply_and_demand import DemandSide, SupplyLine, SupplySide
from rules.ordering.terms import Record

CASES = tomllib.loads(
    (Path(__file__).parent / "cases/order_quantities.toml").read_text(encoding="utf-8"),
    parse_float=Decimal,
)["case"]
RECORD = Record("case", "1", "1")

each_case = pytest.mark.parametrize("case", CASES, ids=[case["sentence"] for case in CASES])


def given(case: dict[str, Any]) -> dict[str, Decimal]:
    step = Decimal(case["given"].get("unit_step", 1))
    nothing = dict.fromkeys(QUANTITIES, Decimal(0)) | {"order_multiple": step, "unit_step": step}
    return nothing | {name: Decimal(value) for name, value in case["given"].items()}


def lot(numbers: dict[str, Decimal]) -> LotSizing:
    return LotSizing(
        numbers["minimum_order_quantity"], numbers["order_multiple"], numbers["unit_step"]
    )


@each_case
def test_one_quantity_at_a_time(case: dict[str, Any]) -> None:
    numbers = given(case)
    position = InventoryPosition(
        numbers["usable_on_hand"],
        numbers["scheduled_receipts"],
        numbers["committed_proposals"],
        numbers["backorders"],
    )
    net = net_requirement(numbers["order_up_to_level"], position)
    sized = size_lot(net, lot(numbers))
    found = vars(sized) | {"net_requirement": net, "inventory_position": position.quantity}
    assert {name: found[name] for name in case["expect"]} == case["expect"]


@each_case
def test_as_a_column(case: dict[str, Any]) -> None:
    millionths = {name: to_millionths(value) for name, value in given(case).items()}
    lines = pl.DataFrame({"item_id": "ITEM", "location_id": "HUB", **millionths})
    found = recommend_orders(lines).row(0, named=True)
    expected = {name: to_millionths(Decimal(value)) for name, value in case["expect"].items()}
    assert {name: found[name] for name in expected} == expected


@each_case
def test_from_the_explanation_alone(case: dict[str, Any]) -> None:
    numbers = given(case)
    explanation = explain(
        DemandSide(numbers["order_up_to_level"], Decimal("0.95"), baseline_mean=Decimal("3.5")),
        SupplySide(
            numbers["usable_on_hand"],
            numbers["backorders"],
            RECORD,
            (SupplyLine("PO-1", numbers["scheduled_receipts"], RECORD),),
            (SupplyLine("P-1", numbers["committed_proposals"], RECORD),),
        ),
        lot(numbers),
        Subject("EA"),
    )
    assert recompute_quantity(explanation.to_json()) == case["expect"]["quantity"]
