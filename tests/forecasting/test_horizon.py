"""A stored distribution, brought to other days."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.horizon import quantiles_over
from forecasting.quantile_levels import LEVELS, FloatArray, mean_of_quantiles

any_quantiles = st.lists(st.floats(0, 1e6), min_size=len(LEVELS), max_size=len(LEVELS)).map(sorted)
days = st.integers(1, 1095)


def over(quantiles: list[float] | FloatArray, interval: int, horizon: int) -> FloatArray:
    rescaled: FloatArray = quantiles_over(
        np.array([quantiles], dtype=float), np.array([float(interval)]), np.array([float(horizon)])
    )[0]
    return rescaled


@settings(max_examples=200, deadline=None)
@given(any_quantiles, days, days)
def test_quantiles_never_fall_nor_lie_below_zero_and_the_mean_grows_with_the_days(
    quantiles: list[float], interval: int, horizon: int
) -> None:
    found = over(quantiles, interval, horizon)
    mean = mean_of_quantiles(np.array([quantiles]))[0]
    assert (found >= 0).all()
    assert (np.diff(found) >= -1e-9).all()
    assert mean_of_quantiles(found[None, :])[0] == pytest.approx(
        mean * horizon / interval, rel=1e-9, abs=1e-9
    )


def test_over_its_own_days_a_distribution_stays_what_it_is() -> None:
    assert over(100 * LEVELS, 21, 21) == pytest.approx(100 * LEVELS)


def test_four_times_the_days_is_twice_the_spread() -> None:
    found = over(1000 + 100 * LEVELS, 7, 28)
    assert found[-1] - found[0] == pytest.approx(2 * 100 * (LEVELS[-1] - LEVELS[0]))


def test_days_that_are_independent_and_alike_add_up_to_what_is_said() -> None:
    """Sums of simulated days against the rescaled sum of fewer of them."""
    dice = np.random.default_rng(7)
    sold = dice.gamma(4.0, 5.0, size=(20_000, 56))
    week = np.quantile(sold[:, :14].sum(axis=1), LEVELS)
    eight_weeks = np.quantile(sold.sum(axis=1), LEVELS)
    assert over(week, 14, 56) == pytest.approx(eight_weeks, rel=0.04)
