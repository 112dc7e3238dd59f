"""JSON read exactly: fractions are Decimal, no number is endless, and none is infinite."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

Pairs = list[tuple[str, Any]]


def exact(body: bytes, made_of: Callable[[Pairs], Any], longest: int) -> Any:
    """The document in ``body``, each object as ``made_of`` makes it of its members.

    A number is written with at most ``longest`` characters. Raises ValueError, ArithmeticError
    or RecursionError where it is no such document.
    """
    return json.loads(
        body.decode("utf-8"),
        parse_int=lambda text: int(_short(text, longest)),
        parse_float=lambda text: fraction(text, longest),
        parse_constant=_no_number,
        object_pairs_hook=made_of,
    )


def members(pairs: Pairs) -> dict[str, Any]:
    """An object that names each key once; raises ValueError for another."""
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("an object names a key twice")
    return named


def fraction(text: str, longest: int) -> Decimal:
    """The number; raises ValueError or ArithmeticError."""
    return Decimal(_short(text, longest))


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise ValueError("a number has too many digits")
    return text


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")
