"""Exact quantities."""

import math
from decimal import Decimal, localcontext

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.ordering import quantities
from tests.rules.strategies import signed


def test_a_float_is_rounded_half_to_even_in_its_exact_binary_value() -> None:
    assert quantities.from_float(0.0000005) == Decimal("0.000000")  # binary: a little below
    assert quantities.from_float(2**-7 * 10**-4 + 1) == Decimal("1.000001")
    assert quantities.from_float(0.1 + 0.2) == Decimal("0.300000")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e12])
def test_what_is_no_quantity_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="is no quantity"):
        quantities.from_float(value)


def test_more_than_six_decimals_are_not_dropped_in_silence() -> None:
    with pytest.raises(ValueError, match="more than six decimals"):
        quantities.to_millionths(Decimal("0.0000001"))


def test_an_empty_value_in_a_column_is_refused() -> None:
    with pytest.raises(ValueError, match="'level' has empty values"):
        quantities.floats_to_millionths(pl.Series("level", [1.0, None]))


def test_zero_has_no_sign() -> None:
    assert quantities.written(quantities.from_float(-1e-9)) == "0.000000"


def test_the_thread_s_decimal_context_does_not_matter() -> None:
    with localcontext() as careless:
        careless.prec = 3
        assert quantities.from_float(123456.654321) == Decimal("123456.654321")
        assert quantities.from_millionths(123456654321) == Decimal("123456.654321")


@pytest.mark.parametrize(
    ("value", "words"),
    [("400.000000", "400"), ("1250.5", "1,250.5"), ("0", "0"), ("-3.10", "-3.1"), ("100", "100")],
)
def test_planners_read_quantities_without_padding(value: str, words: str) -> None:
    assert quantities.readable(Decimal(value)) == words


def test_an_item_has_at_most_six_decimals() -> None:
    with pytest.raises(ValueError, match="0 to 6 decimals, not 7"):
        quantities.unit_step(7)


@given(signed)
def test_millionths_and_text_lose_nothing(value: Decimal) -> None:
    assert quantities.from_millionths(quantities.to_millionths(value)) == value
    assert quantities.read(quantities.written(value)) == value


@settings(max_examples=50)
@given(st.lists(st.floats(-1e9, 1e9), max_size=20))
def test_a_column_of_floats_converts_like_each_of_them(floats: list[float]) -> None:
    column = quantities.floats_to_millionths(pl.Series("level", floats, dtype=pl.Float64))
    assert column.dtype == pl.Int64
    each = [quantities.to_millionths(quantities.from_float(value)) for value in floats]
    assert column.to_list() == each
