"""Documents as canonical objects, without generous readings.

Pydantic takes ``true`` for 1, ``" 7 "`` and ``"1_000"`` for numbers and an epoch number for a
day. A sender who writes these has a fault that would change quantities, so they are refused.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from service.http.problems import Problem, pointed_errors

_NUMERAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"[Tt ][0-9]{2}:.+")

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], document: Any) -> Model:
    """``document`` as a ``model``; raises a 422 problem that points at every place to mend."""
    try:
        parsed = model.model_validate(document)
    except ValidationError as error:
        raise _unfit(pointed_errors(error.errors(include_url=False, include_input=False))) from None
    loose = [{"pointer": at, "detail": why} for at, why in loose_readings(parsed, document, "")]
    if loose:
        raise _unfit(loose)
    return parsed


def _unfit(errors: list[dict[str, str]]) -> Problem:
    return Problem(
        422,
        "invalid-body",
        "The request does not fit the schema",
        "Nothing was changed.",
        remedy="Mend the places listed under errors; /docs has the schema.",
        errors=errors,
    )


def loose_readings(value: Any, raw: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Where ``value`` was read from something that only looks like it: (pointer, finding)."""
    if isinstance(value, BaseModel) and isinstance(raw, dict):
        for name, part in raw.items():
            yield from loose_readings(getattr(value, name, None), part, f"{pointer}/{name}")
    elif isinstance(value, dict) and isinstance(raw, dict):
        for name, part in raw.items():
            yield from loose_readings(value.get(name), part, f"{pointer}/{name}")
    elif isinstance(value, list | tuple) and isinstance(raw, list):
        for position, (part, raw_part) in enumerate(zip(value, raw, strict=False)):
            yield from loose_readings(part, raw_part, f"{pointer}/{position}")
    else:
        finding = _loose(value, raw)
        if finding:
            yield pointer, finding


def _loose(value: Any, raw: Any) -> str:
    """What is wrong with ``raw`` as a way to write ``value``; empty when nothing is."""
    if isinstance(value, bool):
        return "" if isinstance(raw, bool) else "Input should be true or false"
    if isinstance(value, int):
        return "" if type(raw) is int else "Input should be a whole number"
    if isinstance(value, Decimal):
        sound = not isinstance(raw, str) or _written(_NUMERAL, raw)
        return "" if sound else "Input should be a plain decimal number, for example 12.5"
    if isinstance(value, datetime):
        return "" if _written(_MOMENT, raw) else "Input should be a time, as 2011-08-29T09:00:00Z"
    if isinstance(value, date):
        return "" if _written(_DAY, raw) else "Input should be a day, as 2011-08-29"
    return ""


def _written(pattern: re.Pattern[str], raw: Any) -> bool:
    return isinstance(raw, str) and pattern.fullmatch(raw) is not None
