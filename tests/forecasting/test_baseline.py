"""Baselines: the demand of each series over its protection interval."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.baseline import BaselineRun, fit_baselines
from forecasting.history import DemandHistory
from forecasting.quantile_levels import LEVELS, QUANTILE_LEVELS
from tests.forecasting.builders_forecast import assortment, history, intervals

DAYS = (7, 10, 14, 17, 28, 35)


@pytest.fixture(scope="module")
def known() -> DemandHistory:
    return history(assortment(240, 39))


@pytest.fixture(scope="module")
def run(known: DemandHistory) -> BaselineRun:
    return fit_baselines(known, intervals(known, DAYS))


def quantiles_of(run: BaselineRun) -> np.ndarray:
    return np.array(run.series["interval_quantiles"].to_list())


def one_of(known: DemandHistory, row: int) -> DemandHistory:
    """One series alone, from its first sale on, as a later reading of its sales gives it."""
    demand = known.demand[row : row + 1]
    unsold = int(np.isnan(demand[0]).sum())
    return DemandHistory(
        known.series[row : row + 1], demand[:, unsold:], known.first_week, known.as_of
    )


def test_every_series_gets_a_distribution_that_ascends_from_zero_or_more(run: BaselineRun) -> None:
    quantiles = quantiles_of(run)
    assert quantiles.shape == (240, len(QUANTILE_LEVELS))
    assert np.isfinite(quantiles).all()
    assert (quantiles >= 0).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_a_refit_of_some_series_with_the_stored_pool_changes_nothing(
    known: DemandHistory, run: BaselineRun
) -> None:
    for row in range(0, 240, 16):
        one = one_of(known, row)
        refit = fit_baselines(one, intervals(known, DAYS)[row : row + 1], run.pool)
        assert refit.series.equals(run.series[row : row + 1])
        assert refit.pool.equals(run.pool)


def test_the_pool_survives_a_parquet_file(
    known: DemandHistory, run: BaselineRun, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("pool") / "pool.parquet"
    run.pool.write_parquet(file)
    refit = fit_baselines(known, intervals(known, DAYS), pl.read_parquet(file))
    assert refit.series.equals(run.series)
    assert refit.figures == run.figures


def test_the_order_of_the_intervals_does_not_matter(known: DemandHistory, run: BaselineRun) -> None:
    assert fit_baselines(known, intervals(known, DAYS)[::-1]).series.equals(run.series)


def test_a_longer_interval_has_more_demand(known: DemandHistory, run: BaselineRun) -> None:
    means = [
        fit_baselines(known, intervals(known, (days,)), run.pool).series["interval_mean"].to_numpy()
        for days in (3, 7, 10, 14, 24, 28, 60)
    ]
    for shorter, longer in pairwise(means):
        assert (shorter <= longer + 1e-6).mean() > 0.9
        assert shorter.sum() < longer.sum()


def test_one_giant_order_does_not_set_the_level() -> None:
    demand = assortment(60, 39)
    demand[0] = np.tile([8.0, 12.0, 10.0], 13)
    calm = fit_baselines(history(demand), intervals(history(demand), (14,)))
    demand[0, 30] = 74_215
    shaken = fit_baselines(history(demand), intervals(history(demand), (14,)), calm.pool)
    before, after = (found.series["interval_mean"][0] for found in (calm, shaken))
    assert before == pytest.approx(20, rel=0.3)
    assert after < 3 * before
    assert quantiles_of(shaken)[0, -1] < 74_215


def test_an_item_that_never_sold_is_taken_for_any_of_the_assortment(run: BaselineRun) -> None:
    never = np.vstack([assortment(240, 39), np.full((1, 39), np.nan)])
    found = fit_baselines(history(never), intervals(history(never), (14,))).series[-1]
    assert found["demand_class"][0] == "new"
    assert found["history_weeks"][0] == 0
    assert found["backtest_error"][0] is None
    quantiles = found["interval_quantiles"][0].to_numpy()
    middle, high = quantiles[QUANTILE_LEVELS.index(0.5)], quantiles[QUANTILE_LEVELS.index(0.95)]
    assert high > 4 * middle > 0
    assert run.series["interval_mean"].min() is not None


def test_a_new_item_has_a_wider_distribution_than_an_old_one_of_the_same_level() -> None:
    demand = assortment(240, 39)
    demand[0] = np.tile([9.0, 11.0, 10.0], 13)
    demand[1] = np.nan
    demand[1, -2:] = [9.0, 11.0]
    quantiles = quantiles_of(fit_baselines(history(demand), intervals(history(demand), (14,))))
    relative = np.diff(quantiles[:, [QUANTILE_LEVELS.index(0.1), QUANTILE_LEVELS.index(0.95)]])
    assert relative[1] > 1.5 * relative[0] > 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 12), st.integers(1, 6), st.sampled_from((3, 7, 25, 90)), st.integers(0, 99))
def test_short_histories_get_finite_distributions(
    weeks: int, count: int, days: int, seed: int
) -> None:
    demand = assortment(count, weeks, seed)
    run = fit_baselines(history(demand), intervals(history(demand), (days,)))
    quantiles = quantiles_of(run)
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    sold = ~np.isnan(demand).all(axis=1)
    assert (quantiles[sold, QUANTILE_LEVELS.index(0.95)] > 0).all()
    assert run.series["interval_mean"].is_finite().all()


def test_without_any_sale_nothing_is_expected() -> None:
    empty = history(np.zeros((2, 0)))
    run = fit_baselines(empty, intervals(empty, (14,)))
    assert run.series["interval_mean"].to_list() == [0.0, 0.0]
    assert run.figures == {"series": 2.0, "judged": 0.0}


def test_no_series_at_all_is_no_error() -> None:
    nothing = history(np.zeros((0, 0)))
    assert fit_baselines(nothing, intervals(nothing, (14,))).series.is_empty()


def test_a_steady_seller_is_forecast_closely() -> None:
    demand = np.vstack([assortment(60, 39), np.random.default_rng(2).poisson(100, (60, 39))])
    found = fit_baselines(history(demand), intervals(history(demand), (28,))).series[60:]
    assert set(found["demand_class"]) == {"smooth"}
    assert found["interval_mean"].to_numpy() == pytest.approx(400, rel=0.1)
    assert found["backtest_error"].max() == pytest.approx(0.05, abs=0.1)


def test_what_is_missing_or_damaged_is_refused_with_a_remedy(
    known: DemandHistory, run: BaselineRun
) -> None:
    some = intervals(known, DAYS)
    with pytest.raises(ValueError, match="give one row for each"):
        fit_baselines(known, some[1:])
    with pytest.raises(ValueError, match="interval_days has 0, below 1"):
        fit_baselines(known, some.with_columns(interval_days=pl.lit(0, pl.Int64)))
    with pytest.raises(ValueError, match="make a new pool by a full fit"):
        fit_baselines(known, some, run.pool.filter(pl.col("weeks_back") > 0))
    damaged = run.pool.with_columns(pl.col("spread_law").list.head(3))
    with pytest.raises(ValueError, match="make a new pool by a full fit"):
        fit_baselines(known, some, damaged)


def test_the_mean_is_that_of_the_stored_distribution(run: BaselineRun) -> None:
    grid = (np.arange(20_000) + 0.5) / 20_000
    means = [np.interp(grid, LEVELS, row).mean() for row in quantiles_of(run)]
    assert run.series["interval_mean"].to_numpy() == pytest.approx(means, rel=1e-3)


def test_a_series_that_never_varied_has_a_finite_distribution_around_its_demand() -> None:
    steady = history(np.full((3, 30), 70.0))
    run = fit_baselines(steady, intervals(steady, (21,)))
    assert np.isfinite(quantiles_of(run)).all()
    assert run.series["interval_mean"].to_list() == pytest.approx([210.0] * 3, rel=0.02)


def test_a_lone_steady_series_is_not_taken_for_an_unknown_one() -> None:
    weeks = np.array([[140.0 + week % 5 * 4 for week in range(30)]])
    lone = history(weeks)
    run = fit_baselines(lone, intervals(lone, (21,)))
    assert run.series["interval_mean"].item() == pytest.approx(444, rel=0.1)
    assert quantiles_of(run)[0][LEVELS.tolist().index(0.95)] < 1.5 * 444
