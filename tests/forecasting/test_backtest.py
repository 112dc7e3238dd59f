"""The rolling-origin back-test and the forecast to beat."""

import numpy as np
import polars as pl
import pytest

from forecasting.backtest import origins_of, pinball
from forecasting.baseline import fit_baselines
from forecasting.naive import naive_quantiles
from forecasting.quantile_levels import quantiles_by_row
from forecasting.smoothing import smooth
from tests.forecasting.builders_forecast import assortment, history, intervals


def test_only_weeks_before_an_origin_are_used_there() -> None:
    """Whatever the last two weeks bring, the pools of all origins before them stay the same."""
    demand = assortment(80, 39)
    changed = demand.copy()
    changed[:, -2:] = 10 * demand[:, -2:] + 50
    before, after = (
        fit_baselines(history(some), intervals(history(some), (14, 21))).pool.filter(
            pl.col("weeks_back") >= 2
        )
        for some in (demand, changed)
    )
    assert before.height > 5
    assert before.equals(after)


def test_each_series_is_judged_at_the_five_latest_origins_its_interval_allows() -> None:
    weeks = np.array([1, 2, 3, 8])
    judged = {back: origins_of(weeks, back).tolist() for back in (2, 4, 10, 12, 20, 26)}
    assert judged == {2: [0, 1], 4: [0, 1, 2], 10: [0, 1, 2, 3], 12: [2, 3], 20: [3], 26: []}


def test_the_naive_forecast_is_the_last_sum_with_its_past_errors() -> None:
    past = smooth(np.array([[1.0, 2, 5, 3, 2, 6]]).T)
    """Sums of two weeks: 3, 7, 8, 5, 8; errors against the sum before: 8 - 3, 5 - 7, 8 - 8."""
    found = naive_quantiles(past, 2, (0.0, 0.5, 1.0))
    assert found.tolist() == [[6.0, 8.0, 13.0]]


def test_the_naive_forecast_of_a_short_series_is_its_last_sum() -> None:
    past = smooth(np.array([[np.nan, np.nan, 4.0, 5.0]]).T)
    assert naive_quantiles(past, 2, (0.5, 0.9)).tolist() == [[9.0, 9.0]]
    assert naive_quantiles(past, 5, (0.5, 0.9)).tolist() == [[0.0, 0.0]]


def test_pinball_loss_weighs_shortage_by_the_level_and_surplus_by_the_rest() -> None:
    loss = pinball(np.full((1, 5), 10.0), np.array([20.0]))
    assert loss[0] == pytest.approx([5, 8, 9, 9.5, 9.9])
    loss = pinball(np.full((1, 5), 20.0), np.array([10.0]))
    assert loss[0] == pytest.approx([5, 2, 1, 0.5, 0.1])


def test_on_an_irregular_assortment_ours_beats_the_naive_forecast() -> None:
    known = history(assortment(300, 39))
    figures = fit_baselines(known, intervals(known, (14, 21, 28))).figures
    assert figures["judged"] > 500
    assert figures["ratio"] < 0.9
    assert figures["coverage_ours_90"] == pytest.approx(0.9, abs=0.04)


def test_quantiles_by_row_leave_out_what_is_not_known() -> None:
    rows = np.array([[3.0, np.nan, 1.0, 2.0], [np.nan] * 4, [7.0, np.nan, np.nan, np.nan]])
    found = quantiles_by_row(rows, np.array([0.25, 0.5, 1.0]))
    nothing = [float("nan")] * 3
    assert found == pytest.approx(np.array([[1.5, 2, 3], nothing, [7, 7, 7]]), nan_ok=True)
    assert np.isnan(quantiles_by_row(np.zeros((2, 0)), np.array([0.5]))).all()
