"""Supply: what is in stock and what is on its way."""

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from adapters.canonical.calendar import Day, Moment
from adapters.canonical.identity import Canonical, Code, SourceRef, Text
from adapters.canonical.quantity import (
    Currency,
    NonNegativeQuantity,
    PositiveMoney,
    PositiveQuantity,
    Quantity,
)


class StockPosition(Canonical):
    """Stock of an item at a location, as counted at ``as_of``.

    ``unusable`` is blocked, expired or in quality inspection. ``allocated`` is shown to people
    and never subtracted: the open orders behind it consume the forecast.
    """

    source: SourceRef
    item_id: Code
    location_id: Code
    on_hand: Quantity
    unusable: NonNegativeQuantity = Decimal(0)
    allocated: NonNegativeQuantity = Decimal(0)
    backorders: NonNegativeQuantity = Decimal(0)
    unit: Code | None = None
    as_of: Moment


class OpenPurchaseLine(Canonical):
    """A purchase order line (or transfer) that is not received in full."""

    source: SourceRef
    item_id: Code
    location_id: Code
    supplier_id: Code | None = None
    quantity_open: PositiveQuantity
    unit: Code | None = None
    due_date: Day
    proposal_ref: Code | None = None
    """Our ``external_ref``, where the ERP kept it: the proposal this line fulfils. Else the ERP's
    own requisition number, if the line was made of one."""
    purchase_order_number: Code | None = None
    """The order that the line belongs to, where ``native_id`` does not begin with it."""


class OrderPoint(Canonical):
    """When a system would order an item for a location by itself: a hint to our policy.

    Below ``minimum_quantity`` it would order up to ``target_quantity``; above
    ``maximum_quantity`` it does not want the stock to be. Without ``unit`` in base units.
    """

    source: SourceRef
    item_id: Code
    location_id: Code
    minimum_quantity: Quantity
    target_quantity: NonNegativeQuantity
    maximum_quantity: NonNegativeQuantity | None = None
    unit: Code | None = None
    provenance: Text = ""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.minimum_quantity > self.target_quantity:
            raise ValueError("the minimum of an order point is not above its target")
        if self.maximum_quantity is not None and self.maximum_quantity < self.target_quantity:
            raise ValueError("the maximum of an order point is not below its target")
        return self


class SupplierConditions(Canonical):
    """What a supplier asks of a whole order, beside the terms of each item.

    Without ``location_id`` they hold for all sites that have none of their own. Below
    ``minimum_order_value`` the supplier does not deliver; from ``freight_free_value`` on it pays
    the freight. A container takes so many cubic metres, kilograms and base units, as far as given.
    """

    source: SourceRef
    supplier_id: Code
    location_id: Code | None = None
    currency: Currency
    minimum_order_value: PositiveMoney | None = None
    freight_free_value: PositiveMoney | None = None
    container_volume: PositiveQuantity | None = Field(None, description="cubic metres")
    container_weight: PositiveQuantity | None = Field(None, description="kilograms")
    container_units: PositiveQuantity | None = Field(None, description="base units of any item")
    provenance: Text = ""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        asked = self.model_dump(include=set(_ASKED))
        if all(value is None for value in asked.values()):
            raise ValueError(f"conditions ask for something: give one of {', '.join(_ASKED)}")
        return self


_ASKED = (
    "minimum_order_value",
    "freight_free_value",
    "container_volume",
    "container_weight",
    "container_units",
)
