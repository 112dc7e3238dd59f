"""What no row may hold, because no database or document keeps it."""

from collections.abc import Mapping
from typing import Any

DEPTH_LIMIT = 16
_TOO_DEEP = f"The row is nested more than {DEPTH_LIMIT} levels deep."
_NO_TEXT = "A text of the row holds a NUL or half a surrogate pair."


def problem_of(row: Any) -> str:
    """Why what was read is no row; empty if it is one."""
    return _problem(row, 1) if isinstance(row, Mapping) else "A row is a JSON object."


def _problem(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return "" if _is_text(value) else _NO_TEXT
    if not isinstance(value, Mapping | list | tuple):
        return ""
    if depth > DEPTH_LIMIT:
        return _TOO_DEEP
    parts = [*value, *value.values()] if isinstance(value, Mapping) else value
    problems = (_problem(part, depth + 1) for part in parts)
    return next((problem for problem in problems if problem), "")


def _is_text(text: str) -> bool:
    if text.isascii():
        return "\x00" not in text
    return not any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in text)
