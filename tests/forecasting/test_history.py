"""Weekly demand history."""

from datetime import date, timedelta
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.history import weekly_history
from tests.forecasting.builders_forecast import TODAY, sales, series

lines = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(1, 60), st.integers(-50, 50).map(float)),
    max_size=30,
)


def test_sales_of_one_week_are_one_figure() -> None:
    found = weekly_history(sales(("A", 7, 3), ("A", 1, 4), ("A", 8, 5)), series("A"), as_of=TODAY)
    assert found.demand.tolist() == [[5, 7]]
    assert found.first_week == TODAY - timedelta(weeks=2)


def test_the_current_week_does_not_count_before_it_has_ended() -> None:
    wednesday = TODAY + timedelta(days=2)
    found = weekly_history(sales(("A", 1, 4), ("A", -1, 9)), series("A"), as_of=wednesday)
    assert found.demand.tolist() == [[4]]


def test_a_week_may_start_on_sunday() -> None:
    found = weekly_history(sales(("A", 2, 4), ("A", 1, 9)), series("A"), as_of=TODAY, week_start=7)
    assert found.demand.tolist() == [[4]]
    assert found.first_week == date(2024, 2, 25)


def test_an_order_cancelled_in_its_week_is_no_demand() -> None:
    found = weekly_history(
        sales(("A", 9, 2), ("A", 3, 74_215), ("A", 3, -74_215)), series("A"), as_of=TODAY
    )
    assert found.demand.tolist() == [[2, 0]]


def test_a_week_with_more_returns_than_sales_is_zero() -> None:
    found = weekly_history(sales(("A", 9, 20), ("A", 1, -5)), series("A"), as_of=TODAY)
    assert found.demand.tolist() == [[20, 0]]


def test_before_its_first_sale_a_series_has_no_history() -> None:
    found = weekly_history(sales(("A", 15, 1), ("B", 1, 1)), series("A", "B"), as_of=TODAY)
    np.testing.assert_array_equal(found.demand, [[1, 0, 0], [np.nan, np.nan, 1]])


def test_a_series_without_sales_stays() -> None:
    found = weekly_history(sales(("A", 1, 1)), series("A", "never sold"), as_of=TODAY)
    assert np.isnan(found.demand[1]).all()
    assert weekly_history(sales(), series("A"), as_of=TODAY).demand.shape == (1, 0)


def test_sales_of_other_series_are_left_out() -> None:
    found = weekly_history(sales(("A", 1, 1), ("B", 40, 1)), series("A"), as_of=TODAY)
    assert found.demand.tolist() == [[1]]


def test_more_than_three_years_are_not_looked_at() -> None:
    found = weekly_history(sales(("A", 5000, 1), ("A", 1, 2)), series("A"), as_of=TODAY)
    assert found.demand.shape == (1, 156)
    assert found.demand[0, 0] == 0


@settings(max_examples=50, deadline=None)
@given(lines, st.randoms(use_true_random=False), st.integers(1, 7))
def test_the_order_of_the_lines_does_not_matter(
    given_lines: list[tuple[str, int, float]], shuffler: Random, week_start: int
) -> None:
    shuffled = list(given_lines)
    shuffler.shuffle(shuffled)
    one, other = (
        weekly_history(sales(*some), series("A", "B"), as_of=TODAY, week_start=week_start)
        for some in (given_lines, shuffled)
    )
    np.testing.assert_array_equal(one.demand, other.demand)
    assert not (one.demand < 0).any()


@settings(max_examples=50, deadline=None)
@given(lines)
def test_without_returns_no_unit_is_lost(given_lines: list[tuple[str, int, float]]) -> None:
    sold = [(item, days, abs(quantity)) for item, days, quantity in given_lines]
    found = weekly_history(sales(*sold), series("A", "B"), as_of=TODAY)
    assert np.nansum(found.demand) == sum(quantity for _, _, quantity in sold)


@pytest.mark.parametrize(
    ("frame", "remedy"),
    [
        (sales().drop("quantity"), "give the columns item_id, location_id, sold_on, quantity"),
        (sales(("A", 1, 1)).with_columns(pl.col("quantity").cast(pl.Int64)), "cast it to Float64"),
        (sales(("A", 1, float("nan"))), "drop those rows"),
        (sales(("A", 1, 1)).with_columns(quantity=pl.lit(None, pl.Float64)), "fill or drop them"),
    ],
)
def test_sales_of_another_shape_are_refused_with_a_remedy(frame: pl.DataFrame, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        weekly_history(frame, series("A"), as_of=TODAY)


def test_a_series_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="occur twice"):
        weekly_history(sales(), series("A", "A"), as_of=TODAY)


def test_there_is_no_eighth_day_of_the_week() -> None:
    with pytest.raises(ValueError, match="week_start"):
        weekly_history(sales(), series("A"), as_of=TODAY, week_start=8)
