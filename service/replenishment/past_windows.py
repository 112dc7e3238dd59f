"""Deals whose delivery window is over though nothing has settled them.

A date in a CRM passes without anybody touching the deal. It is not forgotten at once: for a grace
after the window, what is not ordered of it is expected today, a won line in full, an open one
with its probability. After the grace it counts nothing and stands in the exception queue, where
a person asks the account. A window that has passed in part is no exception: what is not ordered
is expected within the days that are left.
"""

from dataclasses import dataclass
from datetime import date

from adapters.canonical.demand import OpportunityStatus


@dataclass(frozen=True)
class Graces:
    """How many days after its window a deal still counts, by what became of it."""

    won: int
    open: int

    def awaits(self, status: str, window_end: date, today: date) -> bool:
        """Whether a deal is awaited today although its window is over."""
        return 0 < (today - window_end).days <= self._days(status)

    def is_overdue(self, status: str, window_end: date, today: date) -> bool:
        """Whether its window and the grace are over."""
        return (today - window_end).days > self._days(status)

    def _days(self, status: str) -> int:
        """Nothing is awaited of a deal that is lost or deleted."""
        return {OpportunityStatus.WON.value: self.won, OpportunityStatus.OPEN.value: self.open}.get(
            status, 0
        )
