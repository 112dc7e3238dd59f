"""How far each kind was read, as one cursor."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.ports import IncomingKind


@dataclass(frozen=True)
class Position:
    """Where a kind stands: the system's own cursor, and what was last read from there.

    ``seen`` is the digest of the last page that had none after it: the page is asked for again,
    and is news only if it differs.
    """

    token: str | None = None
    seen: str | None = None


@dataclass(frozen=True)
class Positions:
    """Where all kinds stand, and which of them is read next."""

    kinds: Sequence[IncomingKind]
    first: IncomingKind | None = None
    of: dict[str, Position] = field(default_factory=dict)

    def in_turn(self) -> Iterator[tuple[IncomingKind, Position]]:
        """Each kind once, beginning with the one that was read last: it may have more."""
        start = self.kinds.index(self.first) if self.first in self.kinds else 0
        for kind in (*self.kinds[start:], *self.kinds[:start]):
            yield kind, self.of.get(kind, Position())

    def moved(self, kind: IncomingKind, position: Position) -> "Positions":
        """The positions after a page of ``kind``."""
        return replace(self, first=kind, of={**self.of, kind: position})

    def text(self) -> str:
        """As a cursor."""
        of = {kind: [position.token, position.seen] for kind, position in self.of.items()}
        return json.dumps({"first": self.first, "of": of}, separators=(",", ":"))


def positions(kinds: Sequence[IncomingKind], cursor: str | None) -> Positions:
    """What a cursor says; one that is not ours says nothing, and reading begins anew."""
    try:
        told: Any = json.loads(cursor or "{}")
        of = {str(kind): Position(*place) for kind, place in told.get("of", {}).items()}
        first = IncomingKind(told["first"]) if "first" in told else None
    except (ValueError, TypeError, AttributeError):
        return Positions(kinds)
    return Positions(kinds, first, of)
