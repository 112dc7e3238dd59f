"""Master data: items, locations, accounts, suppliers' terms."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, model_validator

from adapters.canonical.calendar import DayOrEver
from adapters.canonical.identity import Canonical, Code, SourceRef, Text
from adapters.canonical.quantity import Currency, PositiveQuantity, UnitPrice


def _known_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no IANA time zone; write for example 'Europe/London'")
    return name


TimeZoneName = Annotated[str, AfterValidator(_known_time_zone)]


class LocationKind(StrEnum):
    """What a location is; only those that hold stock are replenished."""

    REGION = "region"
    WAREHOUSE = "warehouse"
    SHOP = "shop"
    SUPPLIER = "supplier"


class UnitConversion(Canonical):
    """``quantity in base units = quantity × numerator / denominator`` from a day on."""

    unit: Code
    numerator: PositiveQuantity
    denominator: PositiveQuantity = Decimal(1)
    valid_from: DayOrEver = date.min


class Item(Canonical):
    """Something bought, stocked and sold, counted in its base unit."""

    source: SourceRef
    item_id: Code
    description: Text = ""
    base_unit: Code = "EA"
    unit_decimals: int = Field(0, ge=0, le=6, description="decimals a quantity of it may have")
    item_group: Code | None = None
    conversions: tuple[UnitConversion, ...] = ()
    unit_volume: PositiveQuantity | None = Field(None, description="cubic metres per base unit")
    unit_weight: PositiveQuantity | None = Field(None, description="kilograms per base unit")
    provenance: Text = Field("", description="where the data comes from, if not from the ERP")


class Location(Canonical):
    """A node of the location tree; warehouses and shops hold stock."""

    source: SourceRef
    location_id: Code
    name: Text = ""
    kind: LocationKind = LocationKind.WAREHOUSE
    parent_id: Code | None = None
    time_zone: TimeZoneName = "UTC"
    week_start: int = Field(
        1, ge=1, le=7, description="ISO weekday on which a planning week begins"
    )
    provenance: Text = ""


class Account(Canonical):
    """A customer, with the location that supplies it where that is agreed."""

    source: SourceRef
    account_id: Code
    name: Text = ""
    sourcing_location_id: Code | None = Field(None, description="sourcing rule: who supplies it")
    provenance: Text = ""


LONGEST_INTERVAL_DAYS = 1095


class SupplierTerms(Canonical):
    """On which terms a supplier delivers an item to a location.

    ``lead_time_days`` and ``review_period_days`` are calendar days; together they are the
    protection interval.
    """

    source: SourceRef
    item_id: Code
    location_id: Code
    supplier_id: Code
    lead_time_days: int = Field(ge=0, le=730)
    review_period_days: int = Field(7, ge=1, le=365)
    minimum_order_quantity: PositiveQuantity = Decimal(1)
    order_multiple: PositiveQuantity = Decimal(1)
    unit_price: UnitPrice
    currency: Currency
    priority: int = Field(1, ge=1, le=99, description="1 is asked first")
    provenance: Text = ""

    @model_validator(mode="after")
    def _protects_at_most_three_years(self) -> "SupplierTerms":
        if self.lead_time_days + self.review_period_days > LONGEST_INTERVAL_DAYS:
            raise ValueError("lead time and review period together exceed three years")
        return self
