"""Where Tryton writes down that something changed.

A record's change date is empty until it is first changed: records as they were created, and those
that were changed since, are two tracks. A record may also change with another one that it leans
on, such as a product with its template.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.erp.tryton.reading.sweep import Change, Place, Sweeper
from adapters.erp.tryton.rpc import Domain, Row, Rpc, Search

PAGE = 500

ACTIVE_OR_NOT: Mapping[str, Any] = {"active_test": False}
"""The context in which Tryton shows records that were given up as well."""


@dataclass(frozen=True)
class Track:
    """Changes of a model, by one of its stamps: ``write_date``, or another record's."""

    model: str
    stamp: str
    domain: Domain = ()

    def sweeper(self, rpc: Rpc, size: int = PAGE) -> Sweeper:
        """Reads the track in pages of ``size`` changes."""

        def look(above: Change | None, limit: int) -> Sequence[Change]:
            return self._changes(rpc, above, ("ASC", limit))

        def newest() -> Change | None:
            return next(iter(self._changes(rpc, None, ("DESC", 1))), None)

        return Sweeper(look, newest, rpc.settings.overlap, size)

    def end(self, rpc: Rpc) -> Place:
        """Where the track stands once all that it shows now was read."""
        sweeper = self.sweeper(rpc)
        newest = sweeper.newest()
        place = Place(Change(newest.at - rpc.settings.overlap, 0)) if newest else Place()
        while page := sweeper.next_page(place):
            place = page.place
        return place

    def _changes(
        self, rpc: Rpc, above: Change | None, portion: tuple[str, int]
    ) -> Sequence[Change]:
        direction, limit = portion
        search = Search(
            self.model,
            (self.stamp,),
            [*self.domain, [self.stamp, "!=", None], *_above(self.stamp, above)],
            ((self.stamp, direction), ("id", direction)),
            limit,
        )
        found = rpc.rows(search, context=ACTIVE_OR_NOT)
        return [Change(_value(row, self.stamp), row["id"]) for row in found]


def own_tracks(model: str, domain: Domain = ()) -> tuple[Track, Track]:
    """A model's own two tracks: what was created and not changed since, and what was changed."""
    return (
        Track(model, "create_date", [*domain, ["write_date", "=", None]]),
        Track(model, "write_date", domain),
    )


def changed_at(row: Row) -> Any:
    """When a record was changed last, of which both stamps were read."""
    return row["write_date"] or row["create_date"]


def _above(stamp: str, above: Change | None) -> list[Any]:
    if above is None:
        return []
    same = [[stamp, "=", above.at], ["id", ">", above.id]]
    return [["OR", [stamp, ">", above.at], same]]


def _value(row: Row, path: str) -> Any:
    """The value at a dotted path."""
    step, _, rest = path.partition(".")
    return _value(row[f"{step}."], rest) if rest else row[step]
