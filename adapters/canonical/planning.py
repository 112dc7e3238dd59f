"""What a planning system tells us: its forecast, or what it would order."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from adapters.canonical.calendar import Day, Moment
from adapters.canonical.identity import Canonical, Code
from adapters.canonical.quantity import NonNegativeQuantity

LONGEST_BUCKET = timedelta(days=366)
MOST_LEVELS = 50

_LEVEL = re.compile(r"0\.[0-9]{1,6}")

Version = Annotated[int, Field(ge=0, lt=2**53)]


class OutsidePlan(Canonical):
    """What all rows of an import share: whose they are, and which version of the plan.

    ``version`` grows with each plan that the system makes; an older one never replaces a newer.
    ``as_of`` is the moment up to which the system knew of stock, orders and sales.
    """

    system: Code
    version: Version
    as_of: Moment
    item_id: Code
    location_id: Code
    unit: Code | None = Field(None, description="unit of the quantities; none is the base unit")


class OutsideForecast(OutsidePlan):
    """Expected demand of the days from ``start`` to ``end``, both included.

    Demand that an opportunity would bring is not in it: opportunities are laid over it here.
    ``quantiles`` maps levels between 0 and 1, written as '0.9', to the demand of the bucket.
    """

    start: Day
    end: Day
    mean: NonNegativeQuantity
    quantiles: dict[str, NonNegativeQuantity] = Field(default_factory=dict, max_length=MOST_LEVELS)

    @model_validator(mode="after")
    def _is_a_bucket(self) -> Self:
        if self.end < self.start:
            raise ValueError("the bucket ends before it starts; exchange the two days")
        if self.end - self.start >= LONGEST_BUCKET:
            raise ValueError("a bucket is at most a year long; send smaller ones")
        return self

    @model_validator(mode="after")
    def _has_a_distribution(self) -> Self:
        for level in self.quantiles:
            if not _LEVEL.fullmatch(level) or not Decimal(level):
                raise ValueError(f"{level!r} is no quantile level; write for example '0.9'")
        ordered = sorted(self.quantiles.items(), key=lambda entry: Decimal(entry[0]))
        if len({Decimal(level) for level, _ in ordered}) < len(ordered):
            raise ValueError("a quantile level is given twice, as '0.9' and '0.90'")
        values = [value for _, value in ordered]
        if values != sorted(values):
            raise ValueError("the quantiles fall with their level; check which is which")
        return self


class OutsideRecommendation(OutsidePlan):
    """A quantity that the system would order now, in total for this item and location.

    One per item and location; ``quantity`` 0 says that nothing is to be ordered.
    """

    quantity: NonNegativeQuantity
    supplier_id: Code | None = Field(None, description="from whom; none is the first by priority")
    order_date: Day | None = None
    required_date: Day
    reference: Code | None = Field(None, description="what the system calls it")
