"""Exact quantities: decimals of six places, and the same as whole millionths.

Demand is forecast in floats; what is ordered is exact. A float crosses into the exact world
once, here, and everything after that adds up to the last digit.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

import polars as pl

SCALE = 6
MILLIONTH = Decimal(1).scaleb(-SCALE)
LARGEST = Decimal(10) ** 12
"""No quantity reaches it, in base units; sums of a few million such lines would not fit Int64."""

_PER_UNIT = 10**SCALE
# Our own context: whoever changes the thread's decimal context does not change our quantities.
_EXACT = Context(prec=40, rounding=ROUND_HALF_EVEN)


def quantised(value: Decimal) -> Decimal:
    """``value`` in millionths of a base unit, half to even; zero has no sign.

    Raises ValueError for NaN, infinity and anything from a million million on.
    """
    if not value.is_finite() or not -LARGEST < value < LARGEST:
        raise ValueError(
            f"{value} is no quantity: pass a finite number below {LARGEST:,} base units"
        )
    return _EXACT.add(value.quantize(MILLIONTH, context=_EXACT), Decimal(0))


def from_float(value: float) -> Decimal:
    """A forecast's float as an exact quantity.

    The float's exact binary value is rounded half to even to millionths, so that the same float
    gives the same quantity on every machine. Raises ValueError for NaN and infinity.
    """
    return quantised(Decimal(value))


def to_millionths(value: Decimal) -> int:
    """``value`` as whole millionths; raises ValueError if it has more than six decimals."""
    rounded = quantised(value)
    if rounded != value:
        raise ValueError(f"{value} has more than six decimals")
    return int(_EXACT.scaleb(rounded, SCALE))


def from_millionths(millionths: int) -> Decimal:
    """The quantity of so many millionths."""
    return quantised(_EXACT.scaleb(Decimal(millionths), -SCALE))


def floats_to_millionths(floats: pl.Series) -> pl.Series:
    """A Float64 column as Int64 millionths, each value by ``from_float``.

    Scaling in floats would round a tie otherwise than ``from_float`` does, and a table would
    then differ from its explanation by a millionth. Nulls are refused like NaN.
    """
    if floats.null_count():
        raise ValueError(f"column {floats.name!r} has empty values: fill them before ordering")
    exact = [to_millionths(from_float(value)) for value in floats.to_list()]
    return pl.Series(floats.name, exact, dtype=pl.Int64)


def unit_step(unit_decimals: int) -> Decimal:
    """The smallest quantity of an item counted with so many decimals: 0 gives 1, 2 gives 0.01."""
    if not 0 <= unit_decimals <= SCALE:
        raise ValueError(f"an item has 0 to {SCALE} decimals, not {unit_decimals}")
    return Decimal(1).scaleb(-unit_decimals)


def written(value: Decimal) -> str:
    """A quantity as it stands in JSON: always six decimals, never an exponent."""
    return format(quantised(value), "f")


def read(text: object) -> Decimal:
    """The quantity that ``written`` wrote; raises ValueError for anything else."""
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no quantity: JSON holds quantities as strings")  # noqa: TRY004  one error for all unreadable JSON
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no decimal number") from error
    return from_millionths(to_millionths(value))


def readable(value: Decimal) -> str:
    """A quantity for people: 400, 1,250.5."""
    digits = format(quantised(value), ",f")
    return digits.rstrip("0").rstrip(".")


def percent(share: Decimal) -> str:
    """A share of one for people: 0.5 is 50 %, 0.975 is 97.5 %."""
    return f"{readable(share * 100)} %"
