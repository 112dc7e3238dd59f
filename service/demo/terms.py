"""Made up: suppliers, packs, lead times, order sizes and purchase prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import SupplierTerms
from service.demo.sales_history import Series
from service.demo.seeding import chance, rng
from service.demo.today import ERP, MADE_UP

SUPPLIERS = 40
SHORTEST_LEAD_DAYS = 7
LONGEST_LEAD_DAYS = 35
_PACKS = (1, 2, 4, 6, 12, 24, 48, 96)
_MINIMUM_PACKS = (1, 1, 1, 2, 3, 5)
_MOST_WEEKS_AT_ONCE = 6


@dataclass(frozen=True)
class Packing:
    """Units of an item in a pack, and the name the pack goes by in orders."""

    units: int
    unit: str = "PACK"


def supplier_of(item_id: str) -> str:
    """The item's supplier; the name says that there is no such firm."""
    return f"MADE-UP-SUPPLIER-{1 + int(chance('supplier', item_id) * SUPPLIERS):02d}"


def packing_of(item_id: str, weekly_mean: float) -> Packing:
    """The item's pack: at most about a week's sales (``weekly_mean``, units of all warehouses)."""
    wish = weekly_mean * (0.3 + 0.9 * chance("pack", item_id))
    return Packing(max(size for size in _PACKS if size == 1 or size <= wish))


def packings(series: Iterable[Series]) -> dict[str, Packing]:
    """The pack of each item, the same at all warehouses."""
    weekly: dict[str, float] = {}
    for one in series:
        weekly[one.item_id] = weekly.get(one.item_id, 0.0) + one.weekly_mean
    return {item_id: packing_of(item_id, mean) for item_id, mean in weekly.items()}


def terms_of(one: Series, packing: Packing) -> SupplierTerms:
    """The terms on which the item comes to the warehouse, in GBP per unit."""
    supplier = supplier_of(one.item_id)
    numbers = rng("terms", *one.key)
    usual = SHORTEST_LEAD_DAYS + int(
        chance("lead time", supplier) * (LONGEST_LEAD_DAYS + 1 - SHORTEST_LEAD_DAYS)
    )
    lead_time = usual + int(numbers.integers(-2, 3))
    packs = int(numbers.choice(_MINIMUM_PACKS))
    affordable = max(1, int(one.weekly_mean * _MOST_WEEKS_AT_ONCE / packing.units))
    price = one.median_price * float(numbers.uniform(0.55, 0.65))
    return SupplierTerms(
        source=SourceRef(system=ERP, native_id=f"{one.item_id}/{one.location_id}"),
        item_id=one.item_id,
        location_id=one.location_id,
        supplier_id=supplier,
        lead_time_days=min(max(lead_time, SHORTEST_LEAD_DAYS), LONGEST_LEAD_DAYS),
        review_period_days=7 if chance("review period", supplier) < 0.6 else 14,  # noqa: PLR2004  six in ten
        minimum_order_quantity=Decimal(packing.units * min(packs, affordable)),
        order_multiple=Decimal(packing.units),
        unit_price=max(Decimal("0.01"), Decimal(f"{price:.2f}")),
        currency="GBP",
        provenance=MADE_UP,
    )
