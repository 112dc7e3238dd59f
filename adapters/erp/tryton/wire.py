"""Values as Tryton writes them in JSON: exact numbers, days, moments and spans carry their type.

Tryton keeps moments without a zone, in UTC; here they always have one. Its quantities are binary
fractions, plain JSON numbers: they are read as the decimals they are written as.
"""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from adapters.exact_json import exact, fraction, members

_LONGEST_NUMBER = 400
"""A binary fraction is written with at most so many digits."""

_MICROSECONDS = 1_000_000


class UnreadableAnswerError(Exception):
    """Why an answer does not say what it should."""


def to_json(value: Any) -> bytes:
    """``value`` as Tryton reads it; raises ValueError for what it could not keep exactly."""
    try:
        text = json.dumps(value, default=_typed, ensure_ascii=False, allow_nan=False)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return text.encode("utf-8")


def from_json(body: bytes) -> Any:
    """What Tryton wrote; raises UnreadableAnswerError."""
    try:
        return exact(body, lambda pairs: _untyped(members(pairs)), _LONGEST_NUMBER)
    except (ValueError, ArithmeticError, TypeError, KeyError, RecursionError) as error:
        raise UnreadableAnswerError(f"it is no JSON of Tryton's: {error}") from None


def _typed(value: Any) -> dict[str, Any] | list[Any]:
    """What JSON has no word for, with its type beside it."""
    if isinstance(value, datetime):
        return {"__class__": "datetime", **_day(_naive(value)), **_clock(_naive(value))}
    for kind, typed in _TYPED.items():
        if isinstance(value, kind):
            return typed(value)
    raise ValueError(f"Tryton has no word for a {type(value).__name__}")


def _naive(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone could be any hour")
    return moment.astimezone(UTC).replace(tzinfo=None)


def _day(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


def _clock(clock: datetime | time) -> dict[str, int]:
    return {
        "hour": clock.hour,
        "minute": clock.minute,
        "second": clock.second,
        "microsecond": clock.microsecond,
    }


def _number(value: Decimal) -> dict[str, Any]:
    if not value.is_finite():
        raise ValueError(f"{value} is no number")
    return {"__class__": "Decimal", "decimal": str(value)}


_TYPED: Mapping[type, Callable[[Any], dict[str, Any] | list[Any]]] = {
    Decimal: _number,
    date: lambda day: {"__class__": "date", **_day(day)},
    time: lambda clock: {"__class__": "time", **_clock(clock)},
    timedelta: lambda span: {"__class__": "timedelta", "seconds": span.total_seconds()},
    bytes: lambda raw: {"__class__": "bytes", "base64": base64.b64encode(raw).decode("ascii")},
    Mapping: dict,
    frozenset: sorted,
    set: sorted,
}


def _untyped(members: dict[str, Any]) -> Any:
    read = _UNTYPED.get(members.get("__class__", ""))
    return read(members) if read else members


def _moment(told: dict[str, Any]) -> datetime:
    return datetime.combine(_read_day(told), _read_clock(told), UTC)


def _read_day(told: dict[str, Any]) -> date:
    return date(told["year"], told["month"], told["day"])


def _read_clock(told: dict[str, Any]) -> time:
    return time(told["hour"], told["minute"], told["second"], told["microsecond"])


def _read_span(told: dict[str, Any]) -> timedelta:
    return timedelta(microseconds=round(Decimal(told["seconds"]) * _MICROSECONDS))


def _read_number(told: dict[str, Any]) -> Decimal:
    value = fraction(told["decimal"], _LONGEST_NUMBER)
    if not value.is_finite():
        raise ValueError(f"{value} is no number")
    return value


_UNTYPED: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "Decimal": _read_number,
    "date": _read_day,
    "datetime": _moment,
    "time": _read_clock,
    "timedelta": _read_span,
    "bytes": lambda told: base64.b64decode(told["base64"]),
}
