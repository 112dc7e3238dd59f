"""What outside systems are told: supply for a deal, demand for a plan, events."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field

from adapters.canonical.calendar import Day, Moment
from adapters.canonical.demand import OpportunityStatus
from adapters.canonical.identity import Canonical, Code, Text
from adapters.canonical.quantity import NonNegativeQuantity, Probability, Quantity


class SupplySource(StrEnum):
    """Where a supplied quantity comes from."""

    ON_HAND = "on_hand"
    PURCHASE_ORDER = "purchase_order"
    REQUISITION = "requisition"
    TRANSFER = "transfer"


class SuppliedPart(Canonical):
    """A part of an opportunity line and what it is supplied from, base units.

    ``reference`` is what people call the source: a purchase line, or our ``external_ref``;
    ``state`` is the proposal's. ``available_on`` None says that no day is known.
    """

    source: SupplySource
    location_id: Code
    quantity: NonNegativeQuantity
    available_on: Day | None
    reference: Code | None = None
    state: Code | None = None


class LineOutlook(Canonical):
    """What will be supplied for an opportunity line, by when, at what risk; base units.

    ``shortage_probability`` is the simulated probability that stock and supply due by the end
    of the delivery window do not cover all demand until then, with this line as likely as it
    is; ``shortage_probability_if_won`` is the same with this line won. None says why in
    ``note``: nothing is planned or fitted for it yet.
    """

    line_id: Code
    status: OpportunityStatus
    item_id: Code | None
    location_ids: tuple[Code, ...]
    unit: Code | None
    quantity: NonNegativeQuantity
    window_start: Day
    window_end: Day
    ordered: NonNegativeQuantity = Decimal(0)
    supplied: tuple[SuppliedPart, ...] = ()
    uncovered: NonNegativeQuantity = Decimal(0)
    covered_on: Day | None = Field(None, description="when the whole line can be supplied")
    shortage_probability: Probability | None = None
    shortage_probability_if_won: Probability | None = None
    note: Text = ""


class SupplyOutlook(Canonical):
    """The outlook of all lines of an opportunity; ``version`` grows with each that differs."""

    schema_version: int = 1
    system: Code
    opportunity_id: Code
    version: int = Field(ge=0)
    business_date: Day
    as_of: Moment
    lines: tuple[LineOutlook, ...]


class ForecastBucket(Canonical):
    """Expected demand of the days from ``start`` to ``end``, both included, base units.

    ``quantiles`` maps quantile levels, written as '0.9', to demand. ``opportunities`` is the
    part of ``mean`` that rests on opportunities, each weighed with its win probability.
    ``override`` is what planners' overrides of the forecast have changed in it, below zero where
    they took away. ``source`` is the planning system whose forecast is used in this bucket, None
    where it is our own.
    """

    start: Day
    end: Day
    mean: NonNegativeQuantity
    opportunities: NonNegativeQuantity = Decimal(0)
    override: Quantity = Decimal(0)
    source: Code | None = None
    quantiles: dict[str, NonNegativeQuantity] = Field(default_factory=dict)


class SeriesForecast(Canonical):
    """The forecast of one item at one location.

    It replaces all that was told of it before within ``start`` to ``end``, both included.
    """

    item_id: Code
    location_id: Code
    unit: Code
    version: int = Field(ge=1, description="grows with each forecast told of this series")
    start: Day
    end: Day
    buckets: tuple[ForecastBucket, ...]


class PublishedForecast(Canonical):
    """Forecasts of several series, as told to a planning system."""

    schema_version: int = 1
    publication_id: Code
    business_date: Day
    series: tuple[SeriesForecast, ...]


class OutgoingEvent(Canonical):
    """Something that happened, as subscribers hear of it; ``event_id`` is the same at every try."""

    event_id: Code
    type: Code
    schema_version: int = Field(ge=1)
    subject: str = Field(max_length=200)
    occurred_at: datetime
    body: dict[str, Any]
