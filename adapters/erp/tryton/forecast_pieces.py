"""What becomes of the forecasts that we keep in Tryton when a series is told anew.

A forecast of Tryton's covers some days of a warehouse, holds one quantity per product, and may not
overlap another one. As long as the weeks stay the same, a week of a series is one line of it. Where
they do not, forecasts are cut at the new weeks' ends, and quantities are shared out by days.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from adapters.canonical.outlook import ForecastBucket, SeriesForecast

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """A product's quantity in a unit that is counted in whole ``step``."""

    unit_id: int
    step: Decimal
    quantity: Decimal


@dataclass(frozen=True)
class Piece:
    """A forecast from ``start`` to ``end``, both included; one that is in Tryton has an id."""

    start: date
    end: date
    lines: Mapping[int, Line] = field(default_factory=dict)
    id: int | None = None

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.end - self.start).days + 1


def told(
    pieces: Sequence[Piece], series: SeriesForecast, product_id: int, counted: Line
) -> list[Piece]:
    """The pieces once ``series`` has replaced what was told of its product within its range.

    ``counted`` says in which unit the product is counted. Pieces keep their ids; cut off parts
    and days that no piece covered have none.
    """
    cuts = _cuts(series)
    parts = [part for piece in pieces for part in _cut(piece, cuts)]
    grid = sorted([*parts, *_uncovered(series, parts)], key=lambda one: one.start)
    shares = _shares(series, grid, counted.step)
    return [
        one
        for one in (_with(piece, product_id, counted, shares, series) for piece in grid)
        if one.lines or one.id is not None
    ]


def _with(
    piece: Piece,
    product_id: int,
    counted: Line,
    shares: Mapping[date, Decimal],
    series: SeriesForecast,
) -> Piece:
    if not series.start <= piece.start <= series.end:
        return piece
    lines = {product: line for product, line in piece.lines.items() if product != product_id}
    quantity = shares.get(piece.start)
    if quantity:
        lines[product_id] = replace(counted, quantity=quantity)
    return replace(piece, lines=lines)


def _cuts(series: SeriesForecast) -> list[date]:
    """The days on which a part begins."""
    ends = [(bucket.start, bucket.end + _DAY) for bucket in series.buckets]
    return sorted({series.start, series.end + _DAY, *(day for pair in ends for day in pair)})


def _cut(piece: Piece, cuts: Sequence[date]) -> Iterator[Piece]:
    """The piece in parts; the first one keeps its id, and all of them share its quantities."""
    starts = [piece.start, *(day for day in cuts if piece.start < day <= piece.end)]
    ends = [*(day - _DAY for day in starts[1:]), piece.end]
    parts = [Piece(start, end) for start, end in zip(starts, ends, strict=True)]
    shared = {
        product: shared_out(line.quantity, [part.days for part in parts], line.step)
        for product, line in piece.lines.items()
    }
    for number, part in enumerate(parts):
        lines = {
            product: replace(piece.lines[product], quantity=quantities[number])
            for product, quantities in shared.items()
            if quantities[number]
        }
        yield replace(part, lines=lines, id=None if number else piece.id)


def _uncovered(series: SeriesForecast, parts: Sequence[Piece]) -> Iterator[Piece]:
    """New pieces for the days of buckets that no part covers."""
    for bucket in series.buckets:
        start = bucket.start
        for part in sorted(parts, key=lambda one: one.start):
            if part.end < start or part.start > bucket.end:
                continue
            if part.start > start:
                yield Piece(start, part.start - _DAY)
            start = part.end + _DAY
        if start <= bucket.end:
            yield Piece(start, bucket.end)


def _shares(series: SeriesForecast, grid: Sequence[Piece], step: Decimal) -> dict[date, Decimal]:
    """What each piece gets of its bucket, by its first day.

    Buckets are rounded so that what is lost in one is gained in the next.
    """
    shares: dict[date, Decimal] = {}
    buckets = sorted(series.buckets, key=lambda one: one.start)
    rounded = _running([bucket.mean for bucket in buckets], step)
    for bucket, quantity in zip(buckets, rounded, strict=True):
        within = [piece for piece in grid if _is_within(piece, bucket)]
        parts = shared_out(quantity, [piece.days for piece in within], step)
        shares |= {piece.start: part for piece, part in zip(within, parts, strict=True)}
    return shares


def _is_within(piece: Piece, bucket: ForecastBucket) -> bool:
    return bucket.start <= piece.start and piece.end <= bucket.end


def shared_out(quantity: Decimal, days: Sequence[int], step: Decimal) -> list[Decimal]:
    """``quantity`` in parts that go with ``days``, each in whole steps; they add up to it."""
    whole = sum(days)
    return _running([quantity * part / whole for part in days], step)


def _running(quantities: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """Rounded to whole steps, so that their sums never differ by more than half of one."""
    rounded: list[Decimal] = []
    total = before = Decimal(0)
    for quantity in quantities:
        total += quantity
        until = (total / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step
        rounded.append(until - before)
        before = until
    return rounded
