"""The worked examples in ``cases/transfers.toml``."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules.ordering.lot_sizing import LotSizing
from rules.ordering.transfers import Lane, Place, plan_transfers
from tests.rules.transfer_networks import bought

CASES = tomllib.loads(
    (Path(__file__).parent / "cases/transfers.toml").read_text(encoding="utf-8"),
    parse_float=Decimal,
)["case"]


def place(name: str, told: dict[str, Any]) -> Place:
    numbers = {key: Decimal(value) for key, value in told.items() if key != "buys"}
    return Place(
        location_id=name,
        order_up_to_level=numbers["S"],
        inventory_position=numbers.get("position", numbers["on_hand"]),
        usable_on_hand=numbers["on_hand"],
        owed=numbers.get("owed", Decimal(0)),
        reserved=numbers.get("reserved", Decimal(0)),
        buys=told.get("buys", True),
    )


def lane(told: dict[str, Any]) -> Lane:
    lot = LotSizing(Decimal(told.get("minimum", 0)), Decimal(told.get("multiple", 1)), Decimal(1))
    fixed = Decimal(told["fixed"]) if "fixed" in told else None
    days, priority = told.get("days", 1), told.get("priority", 1)
    return Lane(told["from"], told["to"], days, lot, priority, fixed)


@pytest.mark.parametrize("case", CASES, ids=[case["sentence"] for case in CASES])
def test_who_gives_what_to_whom(case: dict[str, Any]) -> None:
    places = [place(name, told) for name, told in case["places"].items()]
    plan = plan_transfers(places, [lane(told) for told in case["lanes"]])
    given = [
        [one.lane.from_location_id, one.lane.to_location_id, one.quantity] for one in plan.transfers
    ]
    assert given == case["transfers"]
    passed = [
        [one.lane.to_location_id, one.lane.from_location_id, one.quantity] for one in plan.passed_up
    ]
    assert passed == case.get("passed_up", [])
    lacking = bought(places, plan)
    assert {name: lacking[name] for name in case["bought"]} == case["bought"]
