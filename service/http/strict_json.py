"""JSON as RFC 8259 means it, with exact numbers.

Refused: bytes that are no UTF-8, a byte-order mark, NaN and Infinity, a key named twice, nesting
beyond ``DEPTH_LIMIT``, numbers too long to be meant, a NUL or half a surrogate pair in a text.
Fractions become ``Decimal``.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from service.http.problems import Problem

DEPTH_LIMIT = 32
_LONGEST_NUMBER = 40  # characters
_LARGEST_EXPONENT = 30
_TOO_DEEP = f"The body is nested more than {DEPTH_LIMIT} levels deep."


def parsed(raw: bytes) -> Any:
    """The JSON document in ``raw``; raises a 400 problem if it is none."""
    try:
        text = raw.decode("utf-8")
        document = json.loads(
            text,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
        _inspect(document, 1)
    except UnicodeDecodeError:
        raise _malformed("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"{error.msg} at character {error.pos}.") from None
    except RecursionError:
        raise _malformed(_TOO_DEEP) from None
    return document


def _malformed(detail: str) -> Problem:
    return Problem(
        400,
        "malformed-json",
        "The body is not valid JSON",
        detail,
        remedy="Send one JSON document (RFC 8259) with finite numbers and each key once.",
    )


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise _malformed("A number has too many digits.")
    return int(text)


def _fraction(text: str) -> Decimal:
    # A wide exponent is short to write and endless to expand, so it is refused unread.
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _malformed("A number is out of range.") from None
    exponent = number.as_tuple().exponent
    wide = not isinstance(exponent, int) or abs(exponent) > _LARGEST_EXPONENT
    if wide or len(text) > _LONGEST_NUMBER:
        raise _malformed("A number is out of range.")
    return number


def _no_number(_text: str) -> Any:
    raise _malformed("NaN and Infinity are no JSON numbers.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _malformed("An object names a key twice.")
    return members


def _inspect(value: Any, depth: int) -> None:
    if isinstance(value, str):
        if "\x00" in value or not (value.isascii() or _is_unicode(value)):
            raise _malformed("A text holds a NUL or half a surrogate pair.")
        return
    if not isinstance(value, dict | list):
        return
    if depth > DEPTH_LIMIT:
        raise _malformed(_TOO_DEEP)
    for part in value:
        _inspect(part, depth + 1)
    if isinstance(value, dict):
        for part in value.values():
            _inspect(part, depth + 1)


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
