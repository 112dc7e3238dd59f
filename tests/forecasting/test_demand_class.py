"""Demand classes after Syntetos and Boylan."""

import numpy as np
import pytest

from forecasting.demand_class import class_names, demand_classes


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        ([10, 11, 9, 10, 12, 10, 9, 11], "smooth"),
        ([1, 30, 2, 1, 40, 1, 2, 1], "erratic"),
        ([10, 0, 11, 0, 9, 0, 10, 0], "intermittent"),
        ([1, 0, 40, 0, 2, 0, 0, 30], "lumpy"),
        ([10, 11, 9, 10, 12, 10, 9], "new"),
        ([0, 0, 0, 0, 0, 0, 0, 10], "new"),
        ([None] * 8, "new"),
    ],
)
def test_a_series_is_classed_by_how_often_and_how_evenly_it_sells(
    weeks: list[float | None], expected: str
) -> None:
    demand = np.array(weeks, dtype=float)[:, None]
    assert class_names(demand_classes(demand)[-1]) == [expected]


def test_the_cuts_are_those_of_the_source() -> None:
    """ADI 33 weeks / 25 selling = 1.32 is seldom; CV² of 1 and 3.828 around them is uneven."""
    seldom = np.array([1.0] * 25 + [0.0] * 8)[:, None]
    often = np.array([1.0] * 25 + [0.0] * 7)[:, None]
    assert class_names(demand_classes(seldom)[-1]) == ["intermittent"]
    assert class_names(demand_classes(often)[-1]) == ["smooth"]
    even, uneven = (np.tile([1.0, other], 500)[:, None] for other in (5.6, 5.7))
    assert class_names(demand_classes(even)[-1]) == ["smooth"]
    assert class_names(demand_classes(uneven)[-1]) == ["erratic"]


def test_the_class_at_an_origin_knows_nothing_of_later_weeks() -> None:
    demand = np.random.default_rng(1).poisson(1, (30, 20)).astype(float)
    np.testing.assert_array_equal(demand_classes(demand)[:20], demand_classes(demand[:20]))
