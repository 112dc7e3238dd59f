"""Cells: what is typed into a table, and what it means.

Spreadsheets run a text that begins with ``= + - @`` or a control character as a formula. Where
we write such a text, an apostrophe goes before it; where one is read, it comes off again, so
that every text comes back as it was.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import isnan
from typing import Any


class CellType(StrEnum):
    """What a column holds."""

    TEXT = "text"
    DECIMAL = "decimal"
    INTEGER = "integer"
    FLAG = "flag"
    DAY = "day"
    MOMENT = "moment"
    JSON = "json"


_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_NUMERAL = re.compile(r"-?\d+(\.\d+)?")
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_FLAGS = {"true": True, "false": False}


def neutral(text: str) -> str:
    """``text`` so that no spreadsheet runs it; plain numbers stay as they are."""
    harmless = not _FORMULA.match(text) or _NUMERAL.fullmatch(text)
    return text if harmless else f"'{text}"


def restored(text: str) -> str:
    """The text that ``neutral`` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def written(value: Any) -> str:
    """A value as a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, bool):
        return str(value).lower()
    plain = plain_value(value)
    return plain if isinstance(plain, str) else as_json(plain)


def as_json(value: Any) -> str:
    """A nested value as the text of one cell."""
    return json.dumps(plain_value(value), ensure_ascii=False, separators=(",", ":"))


def plain_value(value: Any) -> Any:
    """A value of a table in the words of JSON; exact numbers and dates become texts."""
    match value:
        case Decimal():
            plain: Any = format(value, "f")
        case float():
            plain = _plain_float(value)
        case date():  # a moment is one, too
            plain = value.isoformat()
        case Mapping():
            plain = {str(name): plain_value(part) for name, part in value.items()}
        case list() | tuple():
            plain = [plain_value(part) for part in value]
        case None | bool() | int():
            plain = value
        case _:
            plain = str(value)
    return plain


def _plain_float(number: float) -> str | None:
    """The shortest text that means this number; NaN is how many tables say 'nothing'."""
    if isnan(number):
        return None
    return str(int(number)) if number.is_integer() else format(Decimal(repr(number)), "f")


def typed(value: Any, wanted: CellType) -> Any:
    """What a cell means in a column of this type; None if it is empty.

    What does not fit is left as it came, for the row's schema to say what is wrong.
    """
    plain = plain_value(value)
    if isinstance(plain, str):
        return _from_text(plain, wanted) if plain.strip() else None
    whole = isinstance(plain, int) and not isinstance(plain, bool)
    return str(plain) if whole and wanted is not CellType.INTEGER else plain


def _from_text(text: str, wanted: CellType) -> Any:
    bare = text.strip()
    if wanted is CellType.INTEGER and _WHOLE.fullmatch(bare):
        return int(bare)
    if wanted is CellType.FLAG:
        return _FLAGS.get(bare.lower(), text)
    if wanted is CellType.JSON:
        return _nested(text)
    return text


def _nested(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return text
