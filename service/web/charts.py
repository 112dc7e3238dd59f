"""The demand chart: geometry only; the template draws it as SVG.

Weekly history as columns, the forecast of a week as a 10-90 % band with its median over the
protection interval, and what each opportunity is expected to add, stacked on the median.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.web.demand_history import WeekOfDemand

_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 22, 26
_GRIDLINES = 4
_DAYS_PER_LABEL_PIXELS = 74


@dataclass(frozen=True)
class ExpectedDelivery:
    """What an opportunity is expected to add, spread evenly over its window (both days in)."""

    label: str
    window_start: date
    window_end: date
    quantity: float


@dataclass(frozen=True)
class ForecastWeek:
    """Demand of one future week at .1, .5 and .9."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class DemandPicture:
    """What is to be drawn."""

    history: Sequence[WeekOfDemand]
    today: date
    interval_days: int
    forecast: ForecastWeek | None
    deliveries: Sequence[ExpectedDelivery] = ()


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels with the text that names it."""

    x: float
    y: float
    width: float
    height: float
    title: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class DemandChart:
    """The chart, placed."""

    width: int
    height: int
    plot: Box
    columns: tuple[Box, ...]
    today_x: float
    band: Box | None
    median_y: float
    overlay: tuple[Box, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]


def demand_chart(picture: DemandPicture, width: int, height: int) -> DemandChart:
    """Place ``picture`` in a box of ``width`` by ``height`` pixels."""
    days = _Days(_first_day(picture), _last_day(picture), width)
    pieces = _stacked(picture)
    values = _Values(_top_value(picture, pieces), height)
    forecast, end = picture.forecast, picture.today + timedelta(days=picture.interval_days)
    plot = Box(_LEFT, _TOP, width - _LEFT - _RIGHT, height - _TOP - _BOTTOM)
    band = None
    if forecast is not None:
        band = _box(days, values, (picture.today, end), (forecast.low, forecast.high))
    return DemandChart(
        width=width,
        height=height,
        plot=plot,
        columns=tuple(_column(week, days, values) for week in picture.history),
        today_x=days.x(picture.today),
        band=band,
        median_y=values.y(forecast.median if forecast else 0),
        overlay=tuple(_piece(piece, days, values) for piece in pieces),
        y_ticks=values.ticks(),
        x_ticks=days.ticks(),
    )


@dataclass(frozen=True)
class _Days:
    first: date
    last: date
    width: int

    def x(self, day: date) -> float:
        span = max((self.last - self.first).days, 1)
        share = (day - self.first).days / span
        return round(_LEFT + share * (self.width - _LEFT - _RIGHT), 1)

    def ticks(self) -> tuple[Tick, ...]:
        """Firsts of months, as many as fit."""
        most = max((self.width - _LEFT) // _DAYS_PER_LABEL_PIXELS, 2)
        months = _months(self.first, self.last)
        step = math.ceil(len(months) / most) or 1
        return tuple(Tick(self.x(day), f"{day:%b %Y}") for day in months[::step])


@dataclass(frozen=True)
class _Values:
    top: float
    height: int

    def y(self, value: float) -> float:
        share = max(value, 0.0) / self.top
        return round(self.height - _BOTTOM - share * (self.height - _TOP - _BOTTOM), 1)

    def ticks(self) -> tuple[Tick, ...]:
        steps = [self.top * step / _GRIDLINES for step in range(_GRIDLINES + 1)]
        return tuple(Tick(self.y(value), f"{value:,g}") for value in steps)


@dataclass(frozen=True)
class _Piece:
    """A stretch of days on which an opportunity adds ``height`` on top of ``base`` a week."""

    mark: str
    label: str
    first: date
    end: date
    base: float
    height: float


def _stacked(picture: DemandPicture) -> list[_Piece]:
    """Deliveries cut to the days ahead, one above the other, above the median."""
    floor = picture.forecast.median if picture.forecast else 0.0
    interval_end = picture.today + timedelta(days=picture.interval_days)
    pieces: list[_Piece] = []
    for number, delivery in enumerate(picture.deliveries, start=1):
        first = max(delivery.window_start, picture.today)
        end = min(delivery.window_end + timedelta(days=1), interval_end)
        days = (end - first).days
        if days <= 0 or delivery.quantity <= 0:
            continue
        below = [piece for piece in pieces if piece.first < end and first < piece.end]
        base = max((piece.base + piece.height for piece in below), default=floor)
        weekly = delivery.quantity * 7 / max(days, 7)
        pieces.append(_Piece(str(number), delivery.label, first, end, base, weekly))
    return pieces


def _first_day(picture: DemandPicture) -> date:
    return picture.history[0].start if picture.history else picture.today - timedelta(weeks=4)


def _last_day(picture: DemandPicture) -> date:
    return picture.today + timedelta(days=max(picture.interval_days, 14))


def _top_value(picture: DemandPicture, pieces: Sequence[_Piece]) -> float:
    heights = [week.quantity for week in picture.history]
    heights += [piece.base + piece.height for piece in pieces]
    if picture.forecast:
        heights.append(picture.forecast.high)
    return _round_top(max([*heights, 1.0]))


def _round_top(value: float) -> float:
    """The next number above ``value`` whose quarters are plain."""
    power: float = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10, 12) if step * power >= value)


def _box(
    days: _Days, values: _Values, span: tuple[date, date], heights: tuple[float, float]
) -> Box:
    x, y = days.x(span[0]), values.y(heights[1])
    return Box(x, y, round(days.x(span[1]) - x, 1), round(max(values.y(heights[0]) - y, 0), 1))


def _column(week: WeekOfDemand, days: _Days, values: _Values) -> Box:
    span = (week.start, week.start + timedelta(days=6))
    box = _box(days, values, span, (0.0, week.quantity))
    title = f"Week of {week.start.day} {week.start:%b %Y}: {week.quantity:,g}"
    return Box(box.x, box.y, box.width, box.height, title)


def _piece(piece: _Piece, days: _Days, values: _Values) -> Box:
    span, heights = (piece.first, piece.end), (piece.base, piece.base + piece.height)
    box = _box(days, values, span, heights)
    title = f"{piece.label}: {piece.height:,.1f} expected a week"
    return Box(box.x, box.y, max(box.width, 3), max(box.height, 2), title, piece.mark)


def _months(first: date, last: date) -> list[date]:
    months = []
    month = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return months
