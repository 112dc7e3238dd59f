"""The inputs a policy declares, and the facts that come in for them.

A fact is exact or it is not used: floats are refused, numbers are rounded to the declared scale
in the declared direction before anything compares them. A fact of the wrong type, out of its
range or with an unknown word is unusable: it matches no condition, not even ``null``, and the
decision cannot be automatic.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    InvalidOperation,
)
from typing import Literal

Fact = Decimal | int | str | bool | date | None
"""What the service knows; None means that it does not know."""

Outcome = Literal["auto", "review", "hold"]
STRICTNESS: Mapping[Outcome, int] = {"auto": 0, "review": 1, "hold": 2}

ROUNDINGS: Mapping[str, str] = {
    "up": ROUND_CEILING,
    "down": ROUND_FLOOR,
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
}
_EXACT = Context(prec=60)


@dataclass(frozen=True)
class Input:
    """A declared input: what its facts look like and what happens when one is missing."""

    name: str
    type: str
    unit: str
    why: str
    on_missing: Outcome
    scale: int = 0
    rounding: str = ROUND_HALF_EVEN
    values: tuple[str, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None

    @property
    def in_words(self) -> str:
        """What a fact for it should be."""
        return IN_WORDS[self.type]


@dataclass(frozen=True)
class Unusable:
    """A fact that came in but cannot be used, and why."""

    code: str
    note: str


@dataclass(frozen=True)
class Unreadable:
    """Stands for a stored fact that was of no type a fact can have."""

    type_name: str


def read_fact(declared: Input, fact: object) -> Fact | Unusable:
    """The fact as conditions see it: rounded, checked; None if it is missing."""
    if fact is None:
        return None
    return _READERS[declared.type](declared, fact)


def _number(declared: Input, fact: object) -> Fact | Unusable:
    if isinstance(fact, bool) or not isinstance(fact, Decimal | int):
        return _wrong_type(declared, fact)
    value = Decimal(fact)
    if not value.is_finite():
        return Unusable("NOT_FINITE", f"{declared.name} is {value}: no finite number")
    try:
        rounded = value.quantize(
            Decimal(1).scaleb(-declared.scale), rounding=declared.rounding, context=_EXACT
        )
    except InvalidOperation:
        return Unusable("OUT_OF_RANGE", f"{declared.name} is too large to be true")
    return _within(declared, rounded)


def _whole(declared: Input, fact: object) -> Fact | Unusable:
    if isinstance(fact, bool) or not isinstance(fact, int):
        return _wrong_type(declared, fact)
    return _within(declared, fact)


def _within(declared: Input, value: Decimal | int) -> Fact | Unusable:
    low, high = declared.lowest, declared.highest
    if (low is not None and value < low) or (high is not None and value > high):
        return Unusable("OUT_OF_RANGE", f"{declared.name} lies outside {low} to {high}")
    return value


def _word(declared: Input, fact: object) -> Fact | Unusable:
    if not isinstance(fact, str):
        return _wrong_type(declared, fact)
    word = str(fact)
    if declared.values and word not in declared.values:
        return Unusable("UNKNOWN_VALUE", f"{declared.name} {word[:64]!r} is not declared")
    return word


def _flag(declared: Input, fact: object) -> Fact | Unusable:
    return fact if isinstance(fact, bool) else _wrong_type(declared, fact)


def _day(declared: Input, fact: object) -> Fact | Unusable:
    if isinstance(fact, datetime) or not isinstance(fact, date):
        return _wrong_type(declared, fact)
    return fact


def _wrong_type(declared: Input, fact: object) -> Unusable:
    found = fact.type_name if isinstance(fact, Unreadable) else type(fact).__name__
    return Unusable("WRONG_TYPE", f"{declared.name} is of type {found}, not {declared.in_words}")


_READERS: Mapping[str, Callable[[Input, object], Fact | Unusable]] = {
    "money": _number,
    "decimal": _number,
    "int": _whole,
    "enum": _word,
    "text": _word,
    "bool": _flag,
    "date": _day,
}
IN_WORDS: Mapping[str, str] = {
    "money": "an exact amount",
    "decimal": "an exact number",
    "int": "a whole number",
    "enum": "one of the declared words",
    "text": "a text",
    "bool": "true or false",
    "date": "a date",
}
TYPES = tuple(_READERS)
EXACT_TYPES = ("money", "decimal")
ORDERED_TYPES = ("money", "decimal", "int", "date")
