"""Draws that depend on their seed alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.quantile_levels import LEVELS
from forecasting.scenarios import scenario_positions, scenario_values, winning_scenarios


@settings(max_examples=60, deadline=None)
@given(st.text(), st.floats(0, 1), st.integers(2, 400))
def test_as_many_scenarios_win_as_the_chance_says(seed: str, chance: float, count: int) -> None:
    won = int(winning_scenarios(seed, chance, count).sum())
    assert abs(won - chance * count) < 1 + 1e-9


def test_certain_and_impossible_are_so_in_every_scenario() -> None:
    assert winning_scenarios("a", 1.0, 100).all()
    assert not winning_scenarios("a", 0.0, 100).any()


def test_a_chance_too_small_for_one_scenario_is_right_on_average() -> None:
    won = [winning_scenarios(str(seed), 0.002, 100).sum() for seed in range(2000)]
    assert np.mean(won) == pytest.approx(0.2, abs=0.03)


def test_draws_stay_the_same_for_good() -> None:
    """Stored recommendations are replayed with them: a change here breaks every replay."""
    won = np.flatnonzero(winning_scenarios("ITEM\x1fDC\x1fcrm/1/1", 0.3, 20))
    assert won.tolist() == [0, 1, 2, 9, 11, 14]


def test_opportunities_win_independently_of_each_other() -> None:
    one, other = (winning_scenarios(seed, 0.5, 10_000) for seed in ("one", "other"))
    assert (one & other).mean() == pytest.approx(0.25, abs=0.02)


def test_between_the_stored_levels_the_distribution_is_linear_and_flat_beyond() -> None:
    quantiles = (100 * LEVELS)[None, :]
    found = scenario_values(quantiles, np.arange(1000)[None, :], 1000)[0]
    assert found[0] == found[5] == pytest.approx(1.0)
    assert found[-1] == pytest.approx(99.5)
    assert found[500] == pytest.approx(50.05)


def test_a_level_is_read_between_the_two_scenarios_next_to_it() -> None:
    ordered = np.array([[1.0, 2.0, 3.0, 4.0]])
    levels = np.array([[0.0, 0.125, 0.25, 0.5, 1.0]])
    assert scenario_positions(levels, 4).read(ordered).tolist() == [[1, 1, 1.5, 2.5, 4]]
