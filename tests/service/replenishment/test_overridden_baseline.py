"""What a planner's override makes of a recommendation."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.ordering.explanation import Record, recompute_quantity
from service.replenishment.inputs import KeyInputs, OverrideInput
from service.replenishment.recommend import Recommended, recommend
from tests.service.builders_replenishment import (
    INTERVAL_DAYS,
    baseline,
    key_inputs,
    opportunity,
    override,
)


def _recommend(*overrides: OverrideInput, **changes: object) -> Recommended:
    (result,) = recommend([key_inputs(overrides=overrides, **changes)])
    return result


def _sum(result: Recommended, kind: str) -> Decimal:
    return sum(
        (term.quantity for term in result.explanation.terms if term.kind == kind), Decimal(0)
    )


def test_an_override_is_a_term_of_its_own_beside_the_own_forecast() -> None:
    raised = _recommend(override())
    assert _sum(raised, "baseline") == 210
    assert _sum(raised, "forecast_override") == 105
    assert raised.order_up_to_level == Decimal("255") * Decimal("1.5")
    (term,) = (one for one in raised.explanation.terms if one.kind == "forecast_override")
    assert term.label == (
        "Forecast override by Anna: 150 % of the usual demand "
        "from 2011-08-29, expires 2011-09-19 (trade fair)"
    )
    assert term.records == (
        Record("forecast_override", "01900000-0000-7000-8000-000000000002", "1"),
    )


def test_an_absolute_override_counts_on_its_days_of_the_interval_only() -> None:
    weekly = override(14, 60, factor=None, per_week=Decimal(100))
    assert _sum(_recommend(weekly), "forecast_override") == 30


def test_two_overrides_one_after_the_other_are_two_terms() -> None:
    later = override(7, 14, override_id="later", factor=Decimal(0))
    result = _recommend(override(0, 7), later)
    changes = [t.quantity for t in result.explanation.terms if t.kind == "forecast_override"]
    assert changes == [35, -70]


@pytest.mark.parametrize(
    ("factor", "share"),
    [("1", "0"), ("1.25", "0.2"), ("2", "0.5"), ("0.5", "0.5"), ("0", "1"), ("100", "0.99")],
)
def test_the_policy_is_told_how_far_the_demand_was_moved(factor: str, share: str) -> None:
    moved = _recommend(override(factor=Decimal(factor)))
    assert moved.facts["forecast_override_share"] == Decimal(share)


def test_all_demand_rests_on_an_override_where_there_was_no_forecast() -> None:
    new = _recommend(override(factor=None, per_week=Decimal(70)), baseline=baseline(0, 0))
    assert new.facts["forecast_override_share"] == 1
    assert new.order_up_to_level > 210


def test_without_an_override_the_document_is_as_it_was_before_there_were_any() -> None:
    assert "overrides" not in key_inputs().model_dump(mode="json")
    assert _recommend().facts["forecast_override_share"] == 0


@settings(max_examples=40)
@given(
    st.decimals(0, 10, places=2),
    st.decimals(0, 5000, places=2),
    st.integers(0, INTERVAL_DAYS),
    st.floats(0, 5000),
    st.booleans(),
)
def test_an_overridden_recommendation_adds_up_and_is_replayed_exactly(
    factor: Decimal, per_week: Decimal, day: int, mean: float, hoped: bool
) -> None:
    parts = (
        override(0, day, factor=factor),
        override(day, 60, override_id="2", factor=None, per_week=per_week),
    )
    deals = (opportunity(account_share=0.4, quantity_basis="renewal"),) if hoped else ()
    result = _recommend(*parts, baseline=baseline(mean, min(mean, 100)), opportunities=deals)
    assert recompute_quantity(result.explanation.to_json()) == result.quantity
    stored = KeyInputs.model_validate(result.inputs.model_dump(mode="json"))
    (again,) = recommend([stored])
    assert again.explanation == result.explanation
    assert again.inputs_digest == result.inputs_digest
    assert again.facts == result.facts
