"""Tryton's units and quantities become exact numbers of the base unit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.canonical.quantity import LIMIT
from adapters.erp.tryton.quantities import conversion, per_unit, plain

METRE = {"factor": Decimal(1), "rate": Decimal(1)}
MILLIMETRE = {"factor": Decimal("0.001"), "rate": Decimal(1000)}
ROLL = {"factor": Decimal(50), "rate": Decimal("0.02")}
DOZEN = {"factor": Decimal(12), "rate": Decimal("0.083333333333")}
PIECE = {"factor": Decimal(1), "rate": Decimal(1)}
INCH = {"factor": Decimal("0.0254"), "rate": Decimal("39.370078740157")}


def test_a_unit_is_as_many_base_units_as_its_exact_side_says() -> None:
    assert per_unit(DOZEN, PIECE) == 12
    assert per_unit(PIECE, DOZEN) == Fraction(1, 12)
    assert per_unit(MILLIMETRE, METRE) == Fraction(1, 1000)
    assert per_unit(ROLL, MILLIMETRE) == 50_000


def test_a_conversion_is_a_fraction_of_whole_numbers_where_it_fits() -> None:
    assert conversion(ROLL, METRE) == ("50", "1")
    assert conversion(PIECE, DOZEN) == ("1", "12")
    assert conversion(INCH, METRE) == ("0.0254", "1")  # its rate is rounded to twelve decimals


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("7.0"), "7"),
        (Decimal("0.30000000000000004"), "0.3"),
        (Decimal("-0.0000001"), "0"),
        (Decimal("1E+3"), "1000"),
        (Fraction(1, 3), "0.333333"),
        (-12, "-12"),
        (0, "0"),
    ],
)
def test_a_quantity_is_written_plainly_to_six_decimals(
    value: Decimal | Fraction | int, written: str
) -> None:
    assert plain(value) == written


@given(st.decimals(-LIMIT + 1, LIMIT - 1, places=6))
def test_what_has_six_decimals_is_written_exactly(value: Decimal) -> None:
    assert Decimal(plain(value)) == value


@given(st.integers(-(10**12), 10**12))
def test_a_quantity_that_went_through_a_binary_fraction_is_what_it_was(millionths: int) -> None:
    told = Decimal(repr(millionths / 10**6))
    assert Decimal(plain(told)) == Decimal(millionths) / 10**6
