"""Stock day by day: what is there, what is expected to be wanted, what is on order.

Signs: what is or comes in stock is positive, what is owed or demanded negative. Days: a receipt
is there for the demand of its own day; the projection of a day is that at its end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from rules.ordering.terms import Record


@dataclass(frozen=True)
class PurchaseLine:
    """An open purchase line; ``quantity`` in base units."""

    reference: str
    quantity: Decimal
    due: date
    record: Record


@dataclass(frozen=True)
class DemandUntil:
    """Expected demand from the first day of the projection until the end of a day, cumulated.

    ``baseline`` is the usual demand or the open orders that consume it, whichever is more.
    ``orders`` stand on top of it.
    """

    baseline: Decimal
    orders: Decimal
    opportunities: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.baseline + self.orders + self.opportunities


@dataclass(frozen=True)
class Projection:
    """What is known of an item at a location, base units.

    ``demand`` has one entry for each day from ``start`` on, and so says how far ahead is looked.
    ``records`` are what terms rest on, by kind of term. Raises ValueError without a day to look
    at, or for a negative safety stock.
    """

    start: date
    usable_on_hand: Decimal
    backorders: Decimal
    safety_stock: Decimal
    demand: Sequence[DemandUntil]
    records: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.demand:
            raise ValueError("a projection looks at one day at least")
        if self.safety_stock < 0:
            raise ValueError("safety stock is negative; write 0 for none")

    @property
    def last_day(self) -> date:
        """The last day that is looked at."""
        return self.start + timedelta(days=len(self.demand) - 1)

    @cached_property
    def _totals(self) -> list[Decimal]:
        return [demand.total for demand in self.demand]

    def first_day_below(self, level: Decimal, supply: Decimal) -> date | None:
        """The first day at whose end stock with ``supply`` more is below ``level``, if any."""
        enough_for = self.usable_on_hand - self.backorders + supply - level
        for days, total in enumerate(self._totals):
            if total > enough_for:
                return self.start + timedelta(days=days)
        return None

    def until(self, day: date) -> DemandUntil:
        """Demand until the end of a day within the projection."""
        return self.demand[(day - self.start).days]
