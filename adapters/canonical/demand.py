"""Demand: what was sold, what is on order, what sales hopes for."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from adapters.canonical.calendar import Day, Moment
from adapters.canonical.identity import Canonical, Code, SourceRef, Text
from adapters.canonical.quantity import (
    NonNegativeQuantity,
    PositiveQuantity,
    Probability,
    Quantity,
    UnitPrice,
)


class QuantityBasis(StrEnum):
    """How an opportunity's quantity relates to what the account buys anyway.

    ``incremental`` stands on top of the baseline. ``total`` replaces the account's share of the
    baseline when won and leaves it when lost. ``renewal`` replaces the share when won and
    removes it when lost.
    """

    INCREMENTAL = "incremental"
    TOTAL = "total"
    RENEWAL = "renewal"


class OpportunityStatus(StrEnum):
    """What became of an opportunity line."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    DELETED = "deleted"


LONGEST_WINDOW_DAYS = 1095


class DeliveryWindow(Canonical):
    """First and last requested delivery day, both included."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end < self.start:
            raise ValueError("the delivery window ends before it starts")
        if (self.end - self.start).days > LONGEST_WINDOW_DAYS:
            raise ValueError("the delivery window is longer than three years")
        return self


class DemandSignal(Canonical):
    """One version of one opportunity line, in the words of the sending system.

    ``account``, ``product``, ``location`` and ``unit`` are the sender's own codes; mapping turns
    them into canonical keys and the quantity into base units.
    """

    schema_version: int = Field(1, ge=1, le=1)
    message_id: Code
    system: Code
    opportunity_id: Code
    line_id: Code = "1"
    source_version: int = Field(ge=0, lt=2**53, description="grows with each change of the line")
    account: Code
    product: Code
    location: Code | None = None
    quantity: NonNegativeQuantity
    unit: Code | None = Field(None, description="the item's base unit where left out")
    quantity_basis: QuantityBasis = QuantityBasis.INCREMENTAL
    delivery_window: DeliveryWindow
    stage: Text = ""
    status: OpportunityStatus = OpportunityStatus.OPEN
    win_probability: Probability
    occurred_at: Moment | None = None


class SalesLine(Canonical):
    """A delivered or returned quantity; returns are negative."""

    source: SourceRef
    item_id: Code
    location_id: Code
    account_id: Code | None = None
    sold_on: Day = Field(description="delivery day in the location's time zone")
    quantity: Quantity
    unit: Code | None = None
    unit_price: UnitPrice | None = None
    opportunity_id: Code | None = Field(None, description="the CRM opportunity it was sold under")
    order_line_id: Code | None = Field(
        None, description="native id of the open sales line it ships"
    )


class OpenSalesLine(Canonical):
    """A customer's order that is not delivered in full."""

    source: SourceRef
    item_id: Code
    location_id: Code
    account_id: Code | None = None
    quantity_open: PositiveQuantity = Field(description="still to be delivered")
    unit: Code | None = None
    requested_date: Day
    opportunity_id: Code | None = None
