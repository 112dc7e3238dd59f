"""Quantities, prices and units of Tryton as exact numbers in an item's base unit.

Tryton keeps quantities as binary fractions: what lies beyond the sixth decimal is noise.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from adapters.canonical.quantity import LIMIT, SCALE

_SMALLEST = Decimal(1).scaleb(-SCALE)

UNIT_FIELDS = ("symbol", "factor", "rate", "rounding", "digits", "category", "active")
"""What has to be read of a unit of measure."""


def plain(value: Decimal | Fraction | int) -> str:
    """``value`` to six decimals, written without an exponent."""
    rounded = _decimal(value).quantize(_SMALLEST, ROUND_HALF_EVEN)
    text = format(rounded, "f").rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def per_unit(unit: Mapping[str, Any], base: Mapping[str, Any]) -> Fraction:
    """How many ``base`` one ``unit`` is; both are of one category."""
    return _size(unit) / _size(base)


def conversion(unit: Mapping[str, Any], base: Mapping[str, Any]) -> tuple[str, str]:
    """The same as numerator and denominator, as exact as six decimals allow."""
    ratio = per_unit(unit, base)
    if max(ratio.numerator, ratio.denominator) < LIMIT:
        return str(ratio.numerator), str(ratio.denominator)
    return plain(ratio), "1"


def _size(unit: Mapping[str, Any]) -> Fraction:
    """Its size in the unit of its category: by the factor or the rate, whichever is exact.

    They are each other's reciprocal, and Tryton rounds the smaller one.
    """
    factor, rate = Fraction(unit["factor"]), Fraction(unit["rate"])
    return factor if factor >= rate else 1 / rate


def _decimal(value: Decimal | Fraction | int) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(value)
