"""What a planner's override makes of a baseline."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.override import (
    IntervalBaseline,
    OverriddenDays,
    overridden_week,
    override_interval,
)
from forecasting.quantile_levels import QUANTILE_LEVELS

OWN = IntervalBaseline(21, 210.0, tuple(210 + (level - 0.5) * 100 for level in QUANTILE_LEVELS))
amounts = st.floats(0, 1e6)
days = st.integers(0, 60)


@st.composite
def baselines(draw: st.DrawFn) -> IntervalBaseline:
    quantiles = sorted(draw(st.lists(amounts, min_size=29, max_size=29)))
    mean = draw(st.one_of(st.just(0.0), st.floats(1e-3, 1e6)))
    return IntervalBaseline(draw(st.integers(1, 400)), mean, tuple(quantiles))


@st.composite
def overridden(draw: st.DrawFn) -> tuple[IntervalBaseline, list[OverriddenDays]]:
    own = draw(baselines())
    parts = []
    left = own.days
    for _ in range(draw(st.integers(0, 3))):
        length = draw(st.integers(0, left))
        left -= length
        factor, per_week = draw(st.tuples(st.floats(0, 10), amounts))
        chosen = {"factor": factor} if draw(st.booleans()) else {"per_week": per_week}
        parts.append(OverriddenDays(length, **chosen))
    return own, parts


def test_a_factor_on_all_days_scales_the_whole_distribution() -> None:
    result = override_interval(OWN, [OverriddenDays(21, factor=1.5)])
    assert result.mean == pytest.approx(315)
    assert result.quantiles == pytest.approx([1.5 * quantile for quantile in OWN.quantiles])


def test_an_absolute_demand_takes_the_place_of_the_own_on_its_days_only() -> None:
    result = override_interval(OWN, [OverriddenDays(7, per_week=100)])
    assert result.mean == pytest.approx(2 * 70 + 100)
    assert result.changes == pytest.approx([30])


def test_two_overrides_of_different_days_add_up() -> None:
    parts = [OverriddenDays(7, per_week=100), OverriddenDays(14, factor=0.5)]
    result = override_interval(OWN, parts)
    assert result.changes == pytest.approx([30, -70])
    assert result.mean == pytest.approx(170)


def test_without_a_forecast_of_our_own_the_demand_is_as_uncertain_as_customers_are_at_least() -> (
    None
):
    own = IntervalBaseline(14, 0.0, (0.0,) * len(QUANTILE_LEVELS))
    result = override_interval(own, [OverriddenDays(14, per_week=50)])
    assert result.mean == 100
    assert result.quantiles[QUANTILE_LEVELS.index(0.5)] == pytest.approx(100)
    assert result.quantiles[QUANTILE_LEVELS.index(0.95)] == pytest.approx(116.4, abs=0.1)


def test_a_day_cannot_be_overridden_twice() -> None:
    with pytest.raises(ValueError, match="each day once"):
        override_interval(OWN, [OverriddenDays(14, factor=2), OverriddenDays(8, factor=2)])


@pytest.mark.parametrize(
    "wrong", [{}, {"factor": 1.0, "per_week": 1.0}, {"factor": -0.1}, {"per_week": -1.0}]
)
def test_an_override_says_one_thing_and_nothing_below_zero(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="either a factor"):
        OverriddenDays(7, **wrong)


@given(overridden())
def test_the_changes_lead_from_the_own_mean_to_the_overridden(
    case: tuple[IntervalBaseline, list[OverriddenDays]],
) -> None:
    own, parts = case
    result = override_interval(own, parts)
    assert result.mean == pytest.approx(max(own.mean + sum(result.changes), 0), rel=1e-9, abs=1e-9)
    assert result.mean >= 0


@given(overridden())
def test_quantiles_keep_their_order_and_their_shape(
    case: tuple[IntervalBaseline, list[OverriddenDays]],
) -> None:
    own, parts = case
    result = override_interval(own, parts)
    assert all(low <= high for low, high in pairwise(result.quantiles))
    assert min(result.quantiles) >= 0
    if own.mean > 0:
        for before, after in zip(own.quantiles, result.quantiles, strict=True):
            assert after * own.mean == pytest.approx(before * result.mean, rel=1e-6, abs=1e-6)


@given(baselines(), days)
def test_a_factor_of_one_changes_nothing(own: IntervalBaseline, length: int) -> None:
    result = override_interval(own, [OverriddenDays(min(length, own.days), factor=1.0)])
    assert (result.mean, result.quantiles) == (own.mean, own.quantiles)


@given(baselines(), st.floats(0, 10), st.data())
def test_an_override_cut_in_two_is_the_same_override(
    own: IntervalBaseline, factor: float, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, own.days))
    whole = override_interval(own, [OverriddenDays(own.days, factor=factor)])
    parts = [OverriddenDays(first, factor=factor), OverriddenDays(own.days - first, factor=factor)]
    assert override_interval(own, parts).mean == pytest.approx(whole.mean, rel=1e-9, abs=1e-9)


@given(amounts, amounts, st.integers(0, 7))
def test_a_week_is_overridden_as_an_interval_of_seven_days_is(
    own: float, per_week: float, length: int
) -> None:
    part = OverriddenDays(length, per_week=per_week)
    interval = IntervalBaseline(7, own, (own,) * len(QUANTILE_LEVELS))
    expected = override_interval(interval, [part]).mean
    assert overridden_week(own, [part]) == pytest.approx(expected, rel=1e-9, abs=1e-9)
