"""Exact numbers of the canonical model: quantities, prices, probabilities.

Quantities and prices carry at most six decimals and stay below a thousand million, so that
each fits a 64-bit integer of millionths with room for sums.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

SCALE = 6
LIMIT = Decimal(1_000_000_000)

Quantity = Annotated[Decimal, Field(allow_inf_nan=False, decimal_places=SCALE, gt=-LIMIT, lt=LIMIT)]
"""A signed quantity in the unit that stands beside it."""

PositiveQuantity = Annotated[Quantity, Field(gt=0)]
NonNegativeQuantity = Annotated[Quantity, Field(ge=0)]

UnitPrice = Annotated[Decimal, Field(allow_inf_nan=False, decimal_places=SCALE, ge=0, lt=LIMIT)]
"""Price of one unit, in the currency that stands beside it."""

PositiveMoney = Annotated[UnitPrice, Field(gt=0)]
"""An amount of money above zero, in the currency that stands beside it."""

Probability = Annotated[Decimal, Field(allow_inf_nan=False, decimal_places=SCALE, ge=0, le=1)]
"""A share of one: 0.5 is one chance in two."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""
