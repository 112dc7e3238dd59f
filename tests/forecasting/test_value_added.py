"""Whether overrides brought the forecast nearer to what came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.value_added import JudgedWeek, value_added

_units = st.one_of(st.just(0.0), st.floats(0.001, 1e5))
weeks = st.lists(st.builds(JudgedWeek, _units, _units, _units), max_size=20)


def test_an_override_that_was_nearer_adds_value() -> None:
    result = value_added([JudgedWeek(own=70, overridden=100, actual=90)])
    assert (result.own_error, result.overridden_error, result.units) == (20, 10, 10)
    assert result.own_wape == pytest.approx(20 / 90)
    assert result.percentage_points == pytest.approx(100 * 10 / 90)


def test_an_override_that_was_further_off_takes_value_away() -> None:
    result = value_added([JudgedWeek(own=70, overridden=100, actual=72)])
    assert result.units == -26


def test_where_nothing_was_sold_there_is_no_percentage() -> None:
    result = value_added([JudgedWeek(own=5, overridden=0, actual=0)])
    assert result.units == 5
    assert (result.own_wape, result.overridden_wape, result.percentage_points) == (None, None, None)


def test_without_a_week_nothing_is_claimed() -> None:
    assert value_added([]).weeks == 0
    assert value_added([]).percentage_points is None


@given(weeks)
def test_the_points_are_the_difference_of_the_two_errors(judged: list[JudgedWeek]) -> None:
    result = value_added(judged)
    if result.own_wape is not None and result.overridden_wape is not None:
        points = 100 * (result.own_wape - result.overridden_wape)
        assert result.percentage_points == pytest.approx(points, rel=1e-6, abs=1e-6)


@given(weeks, weeks)
def test_value_added_adds_up_over_weeks(first: list[JudgedWeek], second: list[JudgedWeek]) -> None:
    both = value_added([*first, *second]).units
    assert both == pytest.approx(value_added(first).units + value_added(second).units, abs=1e-3)
