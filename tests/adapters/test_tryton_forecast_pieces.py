"""Which forecasts are kept in Tryton once a series is told anew."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from adapters.canonical.outlook import ForecastBucket, SeriesForecast
from adapters.erp.tryton.forecast_pieces import Line, Piece, shared_out, told

MONDAY = date(2026, 1, 5)
BOLT, NUT = 1, 2
COUNTED = Line(7, Decimal(1), Decimal(0))


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def piece(start: int, end: int, number: int | None = None, **quantities: int) -> Piece:
    ids = {"bolts": BOLT, "nuts": NUT}
    lines = {ids[name]: line(quantity) for name, quantity in quantities.items()}
    return Piece(day(start), day(end), lines, number)


def line(quantity: int | str) -> Line:
    return Line(7, Decimal(1), Decimal(quantity))


def series(start: int, end: int, *buckets: tuple[int, int, str]) -> SeriesForecast:
    return SeriesForecast(
        item_id="BOLT-8",
        location_id="BERLIN",
        unit="EA",
        version=1,
        start=day(start),
        end=day(end),
        buckets=tuple(
            ForecastBucket(start=day(first), end=day(last), mean=Decimal(mean))
            for first, last, mean in buckets
        ),
    )


def test_weeks_that_nobody_told_of_are_new() -> None:
    assert told([], series(0, 13, (0, 6, "10"), (7, 13, "12")), BOLT, COUNTED) == [
        piece(0, 6, bolts=10),
        piece(7, 13, bolts=12),
    ]


def test_a_week_that_is_there_takes_the_new_quantity_and_keeps_other_products() -> None:
    there = [piece(0, 6, 1, bolts=3, nuts=5), piece(7, 13, 2, bolts=4)]
    assert told(there, series(0, 6, (0, 6, "10")), BOLT, COUNTED) == [
        piece(0, 6, 1, bolts=10, nuts=5),
        piece(7, 13, 2, bolts=4),
    ]


def test_a_range_without_buckets_forgets_the_product_and_nothing_else() -> None:
    there = [piece(0, 6, 1, bolts=3, nuts=5), piece(7, 13, 2, bolts=4)]
    assert told(there, series(0, 6), BOLT, COUNTED) == [
        piece(0, 6, 1, nuts=5),
        piece(7, 13, 2, bolts=4),
    ]


def test_other_weeks_cut_what_is_there_and_share_it_out_by_days() -> None:
    there = [piece(0, 6, 1, nuts=7)]
    assert told(there, series(4, 10, (4, 10, "14")), BOLT, COUNTED) == [
        piece(0, 3, 1, nuts=4),
        piece(4, 6, nuts=3, bolts=6),
        piece(7, 10, bolts=8),
    ]


def test_fractions_are_rounded_so_that_they_are_not_lost_over_the_weeks() -> None:
    weeks = [(7 * week, 7 * week + 6, "0.4") for week in range(5)]
    kept = told([], series(0, 34, *weeks), BOLT, COUNTED)
    assert sum(one.lines[BOLT].quantity for one in kept) == 2


@given(
    st.decimals("0", "1000", places=2),
    st.lists(st.integers(1, 31), min_size=1, max_size=12),
)
def test_what_is_shared_out_adds_up(quantity: Decimal, days: list[int]) -> None:
    parts = shared_out(quantity, days, Decimal("0.01"))
    assert sum(parts) == quantity
    assert all(part >= 0 for part in parts)


@given(st.integers(-10, 20), st.integers(0, 20), st.integers(0, 60))
def test_pieces_never_overlap_and_other_products_keep_their_sum(
    start: int, length: int, nuts: int
) -> None:
    there = [piece(0, 6, 1, nuts=nuts), piece(9, 13, 2, nuts=5)]
    bucket = (start, start + length, "30")
    kept = told(there, series(start, start + length, bucket), BOLT, COUNTED)
    ends = [(one.start, one.end) for one in kept]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ends))
    assert sum(one.lines[NUT].quantity for one in kept if NUT in one.lines) == nuts + 5
    assert sum(one.lines[BOLT].quantity for one in kept if BOLT in one.lines) == 30
    assert [one.id for one in kept if one.id] == [1, 2]
