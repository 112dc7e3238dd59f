"""The worked examples in ``cases/supplier_orders.toml``."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules.ordering.supplier_orders import (
    Conditions,
    OrderLine,
    SupplierOrder,
    supplier_order,
)

CASES = tomllib.loads(
    (Path(__file__).parent / "cases/supplier_orders.toml").read_text(encoding="utf-8"),
    parse_float=Decimal,
)["case"]


def exact(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Decimal(value) if isinstance(value, int) else value for name, value in fields.items()
    }


def figures(order: SupplierOrder) -> dict[str, Any]:
    minimum, freight, container = order.minimum, order.free_freight, order.container
    unknown = "unknown"
    return {
        "values": dict(order.values),
        "volume": order.volume,
        "weight": order.weight,
        "missing": unknown if minimum is None or minimum.missing is None else minimum.missing,
        "met": unknown if minimum is None or minimum.met is None else minimum.met,
        "freight_missing": freight and freight.missing,
        "dimension": container and container.dimension,
        "containers": container and container.containers,
        "fill": container and container.fill,
        "raises": [
            [
                one.reference,
                one.multiples,
                one.extra_quantity,
                "never" if one.days_of_cover is None else one.days_of_cover,
            ]
            for one in order.raises
        ],
    }


@pytest.mark.parametrize("case", CASES, ids=[case["sentence"] for case in CASES])
def test_a_supplier_order(case: dict[str, Any]) -> None:
    lines = [OrderLine(**{"currency": "GBP", **exact(line)}) for line in case["lines"]]
    order = supplier_order(lines, Conditions(currency="GBP", **exact(case["conditions"])))
    found = figures(order)
    assert {name: found[name] for name in case["expect"]} == case["expect"]
