"""The other side of an adapter, as the contract drives and asks it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from adapters.ports import Failure, IncomingKind, OutsideSystem


@dataclass(frozen=True)
class SeenReport:
    """What the other side was told about a batch: counts, and its bad rows with the problem."""

    counts: Mapping[str, int]
    bad_rows: Sequence[tuple[Mapping[str, Any], str]]


@dataclass(frozen=True)
class SeenRange:
    """The forecast of one series within a range, as the other side received it."""

    series: tuple[str, str]
    version: int
    start: date
    end: date
    means: Mapping[date, Decimal]


@dataclass
class PlanningLedger:
    """A planning system's memory: a range replaces what was told within it before."""

    means: dict[tuple[str, str], dict[date, Decimal]] = field(default_factory=dict)

    def replace(self, told: SeenRange) -> None:
        """Forget what lies within the range, keep the rest."""
        kept = self.means.get(told.series, {})
        outside = {day: mean for day, mean in kept.items() if not told.start <= day <= told.end}
        self.means[told.series] = {**outside, **told.means}


class Counterpart(Protocol):
    """An outside system that tests can look into.

    An adapter joins the contract with a class of this shape: real if the system can run in
    tests, simulated if not, and then called so.
    """

    provokes: Collection[Failure]
    """The failures that this side can be made to show when proposals are created."""

    def opened(self) -> OutsideSystem:
        """The adapter, opened anew as after a restart."""

    def offer(
        self, kind: IncomingKind, rows: Sequence[Mapping[str, Any]], *, snapshot: bool = False
    ) -> None:
        """Have a batch of flat rows to be read."""

    def reports(self) -> Sequence[SeenReport]:
        """What was told about batches so far."""

    def failing(self, failure: Failure) -> AbstractContextManager[None]:
        """Let calls that create fail in this way for as long as this lasts."""

    def documents(self) -> Mapping[str, Sequence[Decimal]]:
        """The quantities of the documents under each reference; more than one is a fault."""

    def requests(self) -> Sequence[tuple[str, str]]:
        """Kind and reference of each proposal that was carried out, in order."""

    def heard(self) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        """Id, type and body of each event that came, repeated ones as often as they came."""

    def outlooks(self) -> Mapping[str, tuple[int, Decimal]]:
        """Version and supplied quantity last told of each opportunity."""

    def forecast(self) -> Mapping[tuple[str, str], Mapping[date, Decimal]]:
        """Mean by first day of the bucket, for each item and location."""
