"""What an import of a forecast makes of the series that it is about.

An import replaces what its system told of a series before, from its first day to its last. A
stored bucket that reaches beyond an edge keeps the rest, by its days; of the rest's distribution
nothing is known. An older version never replaces a newer one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

from adapters.canonical.quantity import SCALE
from service.feeds.batches import Outcome
from service.feeds.row_problems import Fault

_ONE_DAY = timedelta(days=1)
_MILLIONTH = Decimal(1).scaleb(-SCALE)


@dataclass(frozen=True)
class StoredBucket:
    """A bucket in base units; ``start`` and ``end`` both included."""

    start: date
    end: date
    mean: Decimal
    quantiles: Mapping[str, str]
    version: int
    as_of: datetime

    def meets(self, first: date, last: date) -> bool:
        """Whether some of its days lie from ``first`` to ``last``."""
        return self.start <= last and self.end >= first

    def outside(self, first: date, last: date) -> Iterator["StoredBucket"]:
        """What is left of it before ``first`` and after ``last``."""
        if self.start < first:
            yield self._part(self.start, min(self.end, first - _ONE_DAY))
        if self.end > last:
            yield self._part(max(self.start, last + _ONE_DAY), self.end)

    def _part(self, start: date, end: date) -> "StoredBucket":
        if (start, end) == (self.start, self.end):
            return self
        days, whole = (end - start).days + 1, (self.end - self.start).days + 1
        mean = (self.mean * days / whole).quantize(_MILLIONTH, ROUND_HALF_EVEN)
        return replace(self, start=start, end=end, mean=mean, quantiles={})


@dataclass
class Series:
    """The buckets of one series, as stored and as imports change them."""

    buckets: list[StoredBucket] = field(default_factory=list)
    changed: bool = False

    def is_overtaken(self, first: date, last: date, version: int) -> bool:
        """Whether a newer version speaks of some of these days."""
        return any(bucket.version > version for bucket in self.buckets if bucket.meets(first, last))

    def knows(self, new: StoredBucket) -> bool:
        """Whether this very bucket is stored."""
        return new in self.buckets

    def clear(self, first: date, last: date, version: int) -> None:
        """Make room for ``version``: older buckets go, as far as they lie within these days."""
        kept: list[StoredBucket] = []
        for bucket in self.buckets:
            if bucket.version < version and bucket.meets(first, last):
                kept.extend(bucket.outside(first, last))
                self.changed = True
            else:
                kept.append(bucket)
        self.buckets = kept

    def put(self, new: StoredBucket) -> tuple[Outcome, Fault | None]:
        """Take a bucket into the room that was made for its version."""
        if self.knows(new):
            return Outcome.UNCHANGED, None
        if any(bucket.meets(new.start, new.end) for bucket in self.buckets):
            return Outcome.REJECTED, VERSION_REUSED
        self.buckets.append(new)
        self.changed = True
        return Outcome.STORED, None


VERSION_REUSED = Fault(
    "version-reused",
    "version",
    "Something else was told under this version before.",
    "Raise the version with every plan.",
)


def misfit(spans: Sequence[tuple[date, date]]) -> tuple[int, Fault] | None:
    """Where buckets, first and last day each, do not follow each other: position and fault."""
    order = sorted(range(len(spans)), key=lambda place: spans[place])
    for before, place in pairwise(order):
        expected = spans[before][1] + _ONE_DAY
        start = spans[place][0]
        if start < expected:
            return place, _fault("overlapping-buckets", start, "overlaps the one before it")
        if start > expected:
            return place, _fault("missing-bucket", start, f"leaves a gap from {expected}")
    return None


def _fault(slug: str, start: date, words: str) -> Fault:
    return Fault(
        slug,
        "start",
        f"The bucket from {start} {words}; nothing of its series was taken.",
        "Send the series again as buckets that follow each other day by day.",
    )
