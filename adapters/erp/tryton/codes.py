"""What a record of Tryton is called elsewhere, and how it is found again by that name.

Products, locations and parties go by their code; one without a code by ``#`` and its database id.
"""

from collections.abc import Iterable, Mapping
from typing import Any

_BY_ID = "#"


def code_of(record: Mapping[str, Any]) -> str:
    """The name of a record of which ``id`` and ``code`` were read."""
    code = (record.get("code") or "").strip()
    return code or f"{_BY_ID}{record['id']}"


def named(codes: Iterable[str]) -> list[Any]:
    """The condition that a record has one of these names."""
    wanted = sorted(set(codes))
    ids = [int(code[1:]) for code in wanted if code.startswith(_BY_ID) and code[1:].isdecimal()]
    return ["OR", ["code", "in", wanted], ["id", "in", ids]]


def target(reference: str | None, model: str) -> int | None:
    """The id that a reference, such as ``sale.line,5``, has in ``model``, if it leads there."""
    name, _, number = (reference or "").partition(",")
    return int(number) if name == model and number.isdecimal() else None
