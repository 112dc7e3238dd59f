"""The network that goods move in: lanes between locations."""

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from adapters.canonical.identity import Canonical, Code, SourceRef, Text
from adapters.canonical.quantity import PositiveQuantity


class TransferLane(Canonical):
    """Goods may be transferred from one location to another, within ``lead_time_days``.

    Without ``item_id`` the lane serves every item. Quantities are in base units.
    """

    source: SourceRef
    from_location_id: Code
    to_location_id: Code
    item_id: Code | None = None
    lead_time_days: int = Field(ge=0, le=365, description="calendar days from release to receipt")
    minimum_quantity: PositiveQuantity = Decimal(1)
    order_multiple: PositiveQuantity = Decimal(1)
    review_period_days: int = Field(
        7, ge=1, le=365, description="how often what only lanes supply is looked at"
    )
    priority: int = Field(1, ge=1, le=99, description="1 is asked first")
    provenance: Text = ""

    @model_validator(mode="after")
    def _leads_elsewhere(self) -> Self:
        if self.from_location_id == self.to_location_id:
            raise ValueError("a lane leads from one location to another")
        return self
