"""Which changes are new, where a change is stamped first and seen later.

Tryton stamps a change when its transaction begins, and shows it when that ends: it may appear
below others that were read already, at most ``overlap`` below the newest that was visible at the
time. So changes are read in sweeps. Each begins ``overlap`` below the newest change that was
visible when the sweep before began, goes up by (stamp, id), page by page, and leaves out what was
read already: that is remembered, down to where the next sweep begins.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple


class Change(NamedTuple):
    """A record by its id, as changed at a moment."""

    at: datetime
    id: int


Look = Callable[[Change | None, int], Sequence[Change]]
"""The first so many changes above one, by moment and id; above none: the first of all."""


@dataclass(frozen=True)
class Place:
    """Where the reading of changes stands.

    The next sweep begins above ``floor``. A sweep under way has come to ``after``; ``base`` is the
    newest change that was visible when it began. ``seen`` are changes that were read, by id.
    """

    floor: Change | None = None
    after: Change | None = None
    base: datetime | None = None
    seen: Mapping[int, datetime] = field(default_factory=dict)

    @property
    def under_way(self) -> bool:
        """Whether a sweep has more pages."""
        return self.after is not None


@dataclass(frozen=True)
class Page:
    """Changes that were not read before, and where the reading stands after them."""

    changes: Sequence[Change]
    place: Place


@dataclass(frozen=True)
class Sweeper:
    """Reads changes. ``newest`` is the newest there is; pages hold at most ``size`` changes."""

    look: Look
    newest: Callable[[], Change | None]
    overlap: timedelta
    size: int

    def next_page(self, place: Place) -> Page | None:
        """The next changes after ``place``; None if nothing is new."""
        may_begin_again = place.under_way
        while True:
            page = self._page(place)
            if page.changes:
                return page
            if not page.place.under_way:
                if not may_begin_again:
                    return None
                may_begin_again = False  # the sweep that was under way ended without news
            place = page.place

    def _page(self, place: Place) -> Page:
        """One look; its page may hold nothing new."""
        found = self.look(place.after or place.floor, self.size)
        whole = len(found) < self.size
        base = place.base
        if not place.under_way:
            base = found[-1].at if found else None
            if not whole:
                # Asked before the first page is looked at again: never newer than that page.
                newest = self.newest()
                base = newest.at if newest else None
                found = self.look(place.floor, self.size)
                whole = len(found) < self.size
        fresh = [change for change in found if place.seen.get(change.id) != change.at]
        floor = _later(place.floor, Change(base - self.overlap, 0) if base else None)
        seen = {**place.seen, **{change.id: change.at for change in fresh}}
        if whole:
            return Page(fresh, Place(floor, seen=_ahead(seen, floor, None)))
        return Page(fresh, Place(place.floor, found[-1], base, _ahead(seen, floor, found[-1])))


def to_json(place: Place) -> dict[str, Any]:
    """As it stands in a cursor; moments in microseconds, what was seen as runs of ids by them.

    One transaction may stamp thousands of records, mostly with one id after the other.
    """
    runs: list[list[int]] = []
    for at, number in sorted((micros(at), number) for number, at in place.seen.items()):
        if runs and runs[-1][0] == at and runs[-1][2] == number - 1:
            runs[-1][2] = number
        else:
            runs.append([at, number, number])
    told: dict[str, Any] = {"seen": runs}
    if place.floor:
        told["floor"] = [micros(place.floor.at), place.floor.id]
    if place.after:
        told["after"] = [micros(place.after.at), place.after.id]
    if place.base:
        told["base"] = micros(place.base)
    return told


def from_json(told: Any) -> Place:
    """What ``to_json`` wrote; anything else is the beginning."""
    try:
        return Place(
            _change(told.get("floor")),
            _change(told.get("after")),
            _moment(told["base"]) if "base" in told else None,
            {
                number: _moment(at)
                for at, first, last in told["seen"]
                for number in range(first, last + 1)
            },
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return Place()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(count: int) -> datetime:
    return _EPOCH + timedelta(microseconds=count)


def _change(told: Any) -> Change | None:
    if told is None:
        return None
    at, number = told
    return Change(_moment(at), int(number))


def _later(one: Change | None, other: Change | None) -> Change | None:
    known = [change for change in (one, other) if change]
    return max(known) if known else None


def _ahead(
    seen: Mapping[int, datetime], floor: Change | None, after: Change | None
) -> dict[int, datetime]:
    """What this sweep, which has come to ``after``, or the next one will come upon again."""
    lowest = min(floor, after) if floor and after else floor
    return {
        number: at for number, at in seen.items() if lowest is None or Change(at, number) > lowest
    }


def settled(place: Place) -> Place:
    """The place once nothing can appear any more below the newest change that was read."""
    read = [Change(at, number) for number, at in place.seen.items()]
    return Place(max([*read, *filter(None, (place.floor, place.after))], default=None))
