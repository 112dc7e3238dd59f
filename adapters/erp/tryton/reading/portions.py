"""What was read of a kind: rows in the words of our feeds, and where its reading stands."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from adapters.erp.tryton.reading.sweep import from_json, to_json
from adapters.erp.tryton.reading.tracks import PAGE, Track
from adapters.erp.tryton.rpc import Rpc
from adapters.ports import IncomingKind

Values = Mapping[str, Any]
"""A row by the words of the published schema: texts, whole numbers, truth values."""

Standing = Any
"""Where the reading of a kind stands, as JSON; None before the first."""


@dataclass(frozen=True)
class Mapped:
    """Records in our words. ``unreadable`` says of each that could not be put so, why.

    Of ``whole_opportunities`` all lines there are stand among the rows.
    """

    rows: Sequence[Values] = ()
    unreadable: Sequence[str] = ()
    whole_opportunities: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.rows or self.unreadable or self.whole_opportunities)


@dataclass(frozen=True)
class Portion:
    """What is offered next; ``more`` says that there is more to come at once."""

    mapped: Mapped
    standing: Standing
    snapshot: bool = False
    more: bool = False


class Reading(Protocol):
    """How one kind is read."""

    @property
    def kind(self) -> IncomingKind:
        """What its rows are about."""

    def next_portion(self, standing: Standing) -> Portion | None:
        """What comes after ``standing``; None if there is nothing new. Raises PortError."""


@dataclass(frozen=True)
class Changes:
    """A kind of which only what changed is read: ``mapped`` gives the rows of changed ids.

    Each track is followed on its own. ``size`` is how many changes are read at once. What was
    passed over because no row came of it is kept in ``passed`` until a row moves the cursor.
    """

    kind: IncomingKind
    rpc: Rpc
    tracks: Mapping[str, Track]
    mapped: Callable[[str, Sequence[int]], Mapped]
    size: int = PAGE
    passed: dict[str, tuple[Standing, Standing]] = field(default_factory=dict)

    def next_portion(self, standing: Standing) -> Portion | None:
        """What changed, from the first track that has news."""
        stands = dict(standing or {})
        for name, track in self.tracks.items():
            portion = self._of_track(name, track, stands)
            if portion:
                return portion
        return None

    def _of_track(self, name: str, track: Track, stands: dict[str, Any]) -> Portion | None:
        """The next page of which rows come."""
        sweeper = track.sweeper(self.rpc, self.size)
        stood = stands.get(name)
        known, reached = self.passed.get(name, (None, None))
        place = from_json(reached if known == stood and reached else stood)
        while page := sweeper.next_page(place):
            mapped = self.mapped(name, [change.id for change in page.changes])
            place = page.place
            stands[name] = to_json(place)
            if mapped:
                return Portion(mapped, stands, more=place.under_way)
            self.passed[name] = stood, stands[name]
        return None


@dataclass(frozen=True)
class Whole:
    """A small kind that is read as a whole, and offered when it is another than before."""

    kind: IncomingKind
    mapped: Callable[[], Mapped]

    def next_portion(self, standing: Standing) -> Portion | None:
        """All there is, if it differs from what was offered last."""
        mapped = self.mapped()
        digest = digest_of(mapped)
        nothing_yet = standing is None and not mapped
        if nothing_yet or digest == standing:
            return None
        return Portion(mapped, digest, snapshot=True)


def digest_of(mapped: Mapped) -> str:
    """A short name for exactly these rows."""
    told = [list(mapped.rows), list(mapped.unreadable), sorted(mapped.whole_opportunities)]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:40]
