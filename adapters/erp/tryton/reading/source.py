"""Tryton as a source: its kinds in turn, behind one cursor."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.erp.tryton.reading.portions import Mapped, Portion, Reading, Standing, digest_of
from adapters.ports import FlatRow, IncomingBatch, IncomingKind, IntakeReport
from adapters.row_check import problem_of

_FIRST_OF_ALL = (IncomingKind.LOCATIONS, IncomingKind.ITEMS, IncomingKind.ACCOUNTS)
"""What the rows of other kinds refer to."""


@dataclass(frozen=True)
class Stand:
    """Where all kinds stand: which was read last, whether it has more, how many batches."""

    last: IncomingKind | None = None
    more: bool = False
    batches: int = 0
    of: dict[IncomingKind, Standing] = field(default_factory=dict)

    def after(self, kind: IncomingKind, portion: Portion) -> "Stand":
        """The stand once ``portion`` is taken."""
        of = {**self.of, kind: portion.standing}
        return Stand(kind, portion.more, self.batches + 1, of)

    def text(self) -> str:
        """As a cursor."""
        told = {"last": self.last, "more": self.more, "batches": self.batches, "of": self.of}
        return json.dumps(told, separators=(",", ":"))


def stand_of(cursor: str | None) -> Stand:
    """What a cursor says; one that is not ours says nothing, and reading begins anew."""
    try:
        told: Any = json.loads(cursor or "{}")
        of = {IncomingKind(kind): standing for kind, standing in told.get("of", {}).items()}
        if not of:
            return Stand()
        return Stand(IncomingKind(told["last"]), bool(told["more"]), int(told["batches"]), of)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Stand()


class TrytonSource:
    """Reads kind after kind; Tryton itself is told nothing of what became of its rows.

    A reading is begun when its turn comes: to open the source asks nothing of Tryton. What was
    offered last is kept until it is settled: asked again, it is the same although Tryton has
    changed since.
    """

    def __init__(self, readings: Mapping[IncomingKind, Callable[[], Reading]]) -> None:
        self._readings = readings
        self._begun: dict[IncomingKind, Reading] = {}
        self._offered: tuple[str | None, tuple[IncomingBatch, str]] | None = None

    def read(self, cursor: str | None) -> tuple[IncomingBatch, str | None] | None:
        """The next batch of the first kind that has news."""
        if self._offered is not None and self._offered[0] == cursor:
            return self._offered[1]
        stand = stand_of(cursor)
        for kind in self._in_turn(stand):
            portion = self._reading(kind).next_portion(stand.of.get(kind))
            if portion:
                offered = _batch(kind, stand, portion), stand.after(kind, portion).text()
                self._offered = cursor, offered
                return offered
        return None

    def settle(self, batch: IncomingBatch, report: IntakeReport) -> None:  # noqa: ARG002  the port's words
        """Forget the batch: what comes next is read from Tryton."""
        if self._offered is not None and self._offered[1][0].reference == batch.reference:
            self._offered = None

    def _reading(self, kind: IncomingKind) -> Reading:
        if kind not in self._begun:
            self._begun[kind] = self._readings[kind]()
        return self._begun[kind]

    def _in_turn(self, stand: Stand) -> Iterator[IncomingKind]:
        """Each kind once: what has more, what others refer to, then those after the last one."""
        kinds = list(self._readings)
        start = kinds.index(stand.last) if stand.last and stand.last in kinds else -1
        more = kinds[start : start + 1] if stand.more and start >= 0 else []
        order = [*more, *_FIRST_OF_ALL, *kinds[start + 1 :], *kinds[: start + 1]]
        yield from (kind for kind in dict.fromkeys(order) if kind in self._readings)


def _batch(kind: IncomingKind, stand: Stand, portion: Portion) -> IncomingBatch:
    """Named after its content and its number: a full picture may come a second time."""
    mapped = _checked(portion.mapped)
    rows = [FlatRow(number, values) for number, values in enumerate(mapped.rows, 1)]
    unreadable = dict(enumerate(mapped.unreadable, len(rows) + 1))
    return IncomingBatch(
        f"{kind}:{stand.batches + 1}:{digest_of(portion.mapped)}",
        kind,
        rows,
        portion.snapshot,
        unreadable,
        mapped.whole_opportunities,
    )


def _checked(mapped: Mapped) -> Mapped:
    """Rows that no database keeps are unreadable."""
    problems = [problem_of(values) for values in mapped.rows]
    if not any(problems):
        return mapped
    kept = [values for values, problem in zip(mapped.rows, problems, strict=True) if not problem]
    return replace(mapped, rows=kept, unreadable=[*mapped.unreadable, *filter(None, problems)])
