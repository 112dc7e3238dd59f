"""The policy that ships: it loads, its own examples hold, and it never invents confidence."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from rules.policy import Fact, Policy, check_policy, decide, load_policy

TEXT = (Path(__file__).parents[2] / "rules/policies/replenishment.toml").read_text(encoding="utf-8")
TYPICAL: Mapping[str, Fact] = {
    "kind": "requisition",
    "value": Decimal("180.00"),
    "quantity": Decimal(120),
    "demand_class": "smooth",
    "history_weeks": 39,
    "backtest_error": Decimal("0.45"),
    "stock_age_days": Decimal("0.4"),
    "opportunity_share": Decimal(0),
    "forecast_override_share": Decimal(0),
    "ambiguous_orders": 0,
    "supplier": "S-100",
    "planner_conflict": False,
    "source": "own",
    "lot_kept": True,
    "supplier_order_gap": Decimal(0),
    "above_own_maximum": Decimal(0),
}


@pytest.fixture(scope="module")
def shipped() -> Policy:
    return load_policy(TEXT)


def test_its_examples_hold_and_cover_every_rule(shipped: Policy) -> None:
    assert check_policy(shipped) == []


def test_it_knows_no_confidence(shipped: Policy) -> None:
    assert "confidence" not in {declared.name for declared in shipped.inputs}


def test_a_typical_order_is_automatic(shipped: Policy) -> None:
    decision = decide(shipped, TYPICAL)
    assert (decision.outcome, decision.ignored) == ("auto", ("quantity",))


@pytest.mark.parametrize("name", sorted(set(TYPICAL) - {"quantity"}))
def test_no_fact_may_be_missing(shipped: Policy, name: str) -> None:
    assert decide(shipped, {**TYPICAL, name: None}).outcome != "auto"


def test_service_levels_are_given_for_every_demand_class(shipped: Policy) -> None:
    classes = next(each.values for each in shipped.inputs if each.name == "demand_class")
    assert set(shipped.ordering.cycle_service_level) == set(classes)
