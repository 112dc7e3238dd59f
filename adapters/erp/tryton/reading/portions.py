"""What was read of a kind: rows in the words of our feeds, and where its reading stands."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from adapters.erp.tryton.reading.follower import Follower
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

    Each track is followed on its own. ``size`` is how many changes are read at once. Pages of
    which no row comes do not move the cursor: ``followers`` remember that they were passed.
    """

    kind: IncomingKind
    rpc: Rpc
    tracks: Mapping[str, Track]
    mapped: Callable[[str, Sequence[int]], Mapped]
    size: int = PAGE
    followers: dict[str, Follower] = field(default_factory=dict)

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
        follower = self.followers.setdefault(name, Follower(track.sweeper(self.rpc, self.size)))
        given = from_json(stands.get(name))
        while page := follower.next_page(given):
            mapped = self.mapped(name, [change.id for change in page.changes])
            stands[name] = to_json(page.place)
            if mapped:
                return Portion(mapped, stands, more=page.place.under_way)
            follower.pass_over(page)
        return None


LARGE = 500
"""So many rows take longer to read than to ask whether anything has changed."""


class Asked(Protocol):
    """Who knows whether anything can have changed."""

    def has_news(self) -> bool:
        """Whether something may have changed since this was asked last. Raises PortError."""


class Whole:
    """A kind that is read as a whole, and offered when it is another than before.

    Where it is ``large``, ``watch`` is asked first whether anything can have changed at all.
    """

    def __init__(
        self,
        kind: IncomingKind,
        mapped: Callable[[], Mapped],
        watch: Asked | None = None,
        large: int = LARGE,
    ) -> None:
        self.kind = kind
        self._mapped = mapped
        self._watch = watch
        self._large = large
        self._is_large = False
        self._known: str | None = None
        """What there was when the watch was last asked, if it was read since."""

    def next_portion(self, standing: Standing) -> Portion | None:
        """All there is, if it differs from what was offered last."""
        if self._watch is None or not self._is_large or self._watch.has_news():
            self._known = None
        if self._known is not None and self._known == standing:
            return None
        mapped = self._mapped()
        self._is_large = len(mapped.rows) >= self._large
        self._known = digest_of(mapped)
        nothing_yet = standing is None and not mapped
        if nothing_yet or self._known == standing:
            return None
        return Portion(mapped, self._known, snapshot=True)


def digest_of(mapped: Mapped) -> str:
    """A short name for exactly these rows."""
    told = [list(mapped.rows), list(mapped.unreadable), sorted(mapped.whole_opportunities)]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:40]
