"""The demo's items and locations: descriptions are real, codes, packs and the tree are made up."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import Item, Location, LocationKind, UnitConversion
from service.demo.sales_history import Series
from service.demo.terms import Packing
from service.demo.today import COMPANY, DC_EU, DC_UK, ERP, MADE_UP, REAL

TIME_ZONE = "Europe/London"
ITEM_PROVENANCE = f"{REAL}; made up: the code and the pack"
WAREHOUSE_PROVENANCE = f"{MADE_UP}; the real firm had one warehouse"

_NAMES = {
    DC_UK: "UK warehouse",
    DC_EU: "Export warehouse",
}


def locations() -> list[Location]:
    """A region and its two warehouses."""
    region = Location(
        source=SourceRef(system=ERP, native_id=COMPANY),
        location_id=COMPANY,
        name="Demo wholesaler",
        kind=LocationKind.REGION,
        time_zone=TIME_ZONE,
        provenance=MADE_UP,
    )
    warehouses = [
        Location(
            source=SourceRef(system=ERP, native_id=code),
            location_id=code,
            name=name,
            parent_id=COMPANY,
            time_zone=TIME_ZONE,
            provenance=WAREHOUSE_PROVENANCE,
        )
        for code, name in _NAMES.items()
    ]
    return [region, *warehouses]


def items(series: Iterable[Series], packings: dict[str, Packing]) -> list[Item]:
    """The items of ``series``, each once, in the order of their codes."""
    described = {one.item_id: one.description for one in series}
    return [
        Item(
            source=SourceRef(system=ERP, native_id=item_id),
            item_id=item_id,
            description=description,
            conversions=_conversions(packings[item_id]),
            provenance=ITEM_PROVENANCE,
        )
        for item_id, description in sorted(described.items())
    ]


def _conversions(packing: Packing) -> tuple[UnitConversion, ...]:
    if packing.units == 1:
        return ()
    pack = UnitConversion(
        unit=packing.unit,
        numerator=Decimal(packing.units),
        denominator=Decimal(1),
        valid_from=date(2010, 1, 1),
    )
    return (pack,)
