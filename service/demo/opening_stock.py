"""Made up: what lies in the warehouses on the demo's morning, and what is on its way."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import sqrt

from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import SupplierTerms
from adapters.canonical.supply import StockPosition
from service.demo.sales_history import Series
from service.demo.seeding import chance, rng
from service.demo.today import ERP, MORNING

SHORT_SHARE = 0.18
OVERSTOCKED_SHARE = 0.20
ON_ORDER_SHARE = 0.35
BACKORDER_SHARE = 0.08
UNUSABLE_SHARE = 0.02
STALE_SHARE = 0.015

_SAFETY_DEVIATIONS = 2.2


@dataclass(frozen=True)
class Opening:
    """Units of a series on hand and on order; ``mood`` is short, fine or overstocked."""

    mood: str
    on_hand: int
    on_order: int


def interval_days(terms: SupplierTerms) -> int:
    """The protection interval: lead time and review period."""
    return terms.lead_time_days + terms.review_period_days


def opening_of(one: Series, terms: SupplierTerms) -> Opening:
    """The inventory position, drawn around what the protection interval would call for.

    That is its mean demand and 2.2 deviations of safety, with weeks taken as independent: a
    rough rule that only gives the demo a mix of short, fine and overstocked items.
    """
    weeks = interval_days(terms) / 7
    wanted = one.weekly_mean * weeks + _SAFETY_DEVIATIONS * one.weekly_deviation * sqrt(weeks)
    mood, low, high = _mood(chance("mood", *one.key))
    numbers = rng("opening stock", *one.key)
    position = round(wanted * float(numbers.uniform(low, high)))
    if numbers.random() >= ON_ORDER_SHARE:
        return Opening(mood, position, 0)
    lot = int(terms.order_multiple)
    lots = max(1, round(position * float(numbers.uniform(0.3, 0.8)) / lot))
    return Opening(mood, max(0, position - lots * lot), lots * lot)


def _mood(share: float) -> tuple[str, float, float]:
    if share < SHORT_SHARE:
        return "short", 0.0, 0.55
    if share < 1 - OVERSTOCKED_SHARE:
        return "fine", 1.25, 2.0
    return "overstocked", 2.2, 5.0


def stock_of(one: Series, opening: Opening, allocated: int) -> StockPosition:
    """The count as the ERP reports it; a few are old, in part unusable, or owe customers.

    ``allocated`` is what open sales lines have reserved, in units.
    """
    numbers = rng("stock count", *one.key)
    on_hand, backorders = opening.on_hand, 0
    if opening.mood == "short" and numbers.random() < BACKORDER_SHARE:
        on_hand = 0
        backorders = max(1, round(one.weekly_mean * float(numbers.uniform(0.2, 0.8))))
    spoilt = on_hand * float(numbers.uniform(0.05, 0.2))
    unusable = max(1, round(spoilt)) if on_hand and numbers.random() < UNUSABLE_SHARE else 0
    is_stale = numbers.random() < STALE_SHARE
    age = timedelta(days=int(numbers.integers(11, 26))) if is_stale else timedelta()
    return StockPosition(
        source=SourceRef(system=ERP, native_id=f"{one.item_id}/{one.location_id}"),
        item_id=one.item_id,
        location_id=one.location_id,
        on_hand=Decimal(on_hand),
        unusable=Decimal(min(unusable, on_hand)),
        allocated=Decimal(min(allocated, on_hand)),
        backorders=Decimal(backorders),
        as_of=MORNING - age,
    )
