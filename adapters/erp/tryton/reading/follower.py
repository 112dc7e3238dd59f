"""Follows a track within one process: what that saves the next look, a cursor need not hold."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.erp.tryton.reading.sweep import Page, Place, Sweeper, settled


@dataclass
class Follower:
    """Reads on from the place that it is given, or further where it has passed pages over.

    Once nothing new was seen for as long as a transaction may take, nothing older can appear: it
    need not be looked through again. ``clock`` counts seconds.
    """

    sweeper: Sweeper
    clock: Callable[[], float] = time.monotonic
    _given: Place | None = None
    _reached: Place = field(default_factory=Place)
    _quiet_since: float | None = None

    def next_page(self, place: Place) -> Page | None:
        """The next changes after ``place``; None if nothing is new."""
        if place != self._given:
            self._given, self._reached, self._quiet_since = place, place, None
        began = self.clock()
        page = self.sweeper.next_page(self._reached)
        if page is not None:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = self.clock()
        elif began - self._quiet_since >= self.sweeper.overlap.total_seconds():
            self._reached = settled(self._reached)
        return page

    def pass_over(self, page: Page) -> None:
        """Go on after the page, although the place that is given stays where it is."""
        self._reached = page.place
