from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.outside_forecast import Bucket, covers, outside_interval, prorated
from forecasting.quantile_levels import LEVELS, mean_of_quantiles

MONDAY = date(2011, 8, 29)
OWN = tuple(210 + (level - 0.5) * 100 for level in LEVELS.tolist())
OWN_MEAN = mean_of_quantiles(np.array([OWN]))[0]


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def week(number: int, mean: float = 70.0) -> Bucket:
    return Bucket(day(7 * number), day(7 * number + 6), mean)


@st.composite
def series(draw: st.DrawFn) -> list[Bucket]:
    """Buckets of any lengths that follow each other from Monday on."""
    buckets: list[Bucket] = []
    start = 0
    for length in draw(st.lists(st.integers(1, 40), min_size=1, max_size=8)):
        mean = draw(st.floats(0, 1e6))
        buckets.append(Bucket(day(start), day(start + length - 1), mean))
        start += length
    return buckets


def total_days(buckets: list[Bucket]) -> int:
    return sum(bucket.days for bucket in buckets)


@given(series(), st.data())
def test_the_demand_of_two_parts_is_that_of_the_whole(
    buckets: list[Bucket], data: st.DataObject
) -> None:
    days = total_days(buckets)
    cut = data.draw(st.integers(0, days))
    whole = prorated(buckets, MONDAY, days)
    parts = prorated(buckets, MONDAY, cut) + prorated(buckets, day(cut), days - cut)
    assert parts == pytest.approx(whole, rel=1e-12, abs=1e-9)
    assert whole == pytest.approx(sum(bucket.mean for bucket in buckets), rel=1e-12, abs=1e-9)


@given(series(), st.data())
def test_a_bucket_cut_in_two_by_its_days_says_the_same(
    buckets: list[Bucket], data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(range(len(buckets))))
    one = buckets[place]
    cut = data.draw(st.integers(1, one.days))
    middle = one.start + timedelta(days=cut)
    halves = [Bucket(one.start, middle - timedelta(days=1), one.mean * cut / one.days)]
    if cut < one.days:
        halves.append(Bucket(middle, one.end, one.mean * (one.days - cut) / one.days))
    finer = [*buckets[:place], *halves, *buckets[place + 1 :]]
    days = data.draw(st.integers(1, total_days(buckets)))
    assert prorated(finer, MONDAY, days) == pytest.approx(
        prorated(buckets, MONDAY, days), rel=1e-9, abs=1e-9
    )


def test_the_interval_takes_each_week_by_its_days() -> None:
    found = outside_interval([week(0), week(1, 140), week(2)], day(3), 9, OWN)
    assert found is not None
    assert found.mean == pytest.approx(40 + 100)


@pytest.mark.parametrize("buckets", [[], [week(0)], [week(1)], [week(0), week(2)]])
def test_an_interval_with_a_day_missing_is_not_covered(buckets: list[Bucket]) -> None:
    assert not covers(buckets, MONDAY, 21)
    assert outside_interval(buckets, MONDAY, 21, OWN) is None


def test_our_shape_is_stretched_to_the_others_mean() -> None:
    found = outside_interval([week(0), week(1), week(2)], MONDAY, 14, OWN)
    assert found is not None
    assert np.allclose(found.quantiles, np.array(OWN) * 140 / OWN_MEAN)


def test_quantiles_of_exactly_this_interval_are_the_others() -> None:
    given_levels = {0.5: 300.0, 0.9: 500.0}
    whole = Bucket(MONDAY, day(20), 320, given_levels)
    found = outside_interval([whole], MONDAY, 21, OWN)
    assert found is not None
    at = dict(zip(LEVELS.tolist(), found.quantiles, strict=True))
    assert (at[0.5], at[0.9]) == (pytest.approx(300), pytest.approx(500))
    assert at[0.95] > at[0.9]
    tomorrow = outside_interval([whole, week(3)], day(1), 21, OWN)
    assert tomorrow is not None
    assert np.allclose(np.array(tomorrow.quantiles) / OWN, tomorrow.mean / OWN_MEAN)


@given(st.floats(0, 1e5))
def test_where_we_expect_nothing_the_spread_is_that_of_chance(mean: float) -> None:
    found = outside_interval([Bucket(MONDAY, day(6), mean)], MONDAY, 7, [0.0] * len(LEVELS))
    assert found is not None
    quantiles = np.array(found.quantiles)
    assert (np.diff(quantiles) >= 0).all()
    assert quantiles[0] >= 0
    if mean > 100:
        assert mean_of_quantiles(quantiles[None, :])[0] == pytest.approx(mean, rel=0.02)


@given(
    st.dictionaries(st.floats(0.01, 0.99), st.floats(0, 1000), min_size=1, max_size=6),
    st.floats(0, 1000),
)
def test_whatever_is_told_the_quantiles_rise(told: dict[float, float], mean: float) -> None:
    rising = dict(zip(sorted(told), sorted(told.values()), strict=True))
    found = outside_interval([Bucket(MONDAY, day(20), mean, rising)], MONDAY, 21, OWN)
    assert found is not None
    assert (np.diff(found.quantiles) >= 0).all()
    assert min(found.quantiles) >= 0
