"""What people type into forms and addresses."""

import re
from typing import Annotated

from fastapi import Form
from pydantic import AfterValidator

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _without_controls(text: str) -> str:
    if _CONTROLS.search(text):
        raise ValueError("the text holds a control character; type it again")
    return text


PlainText = Annotated[str, AfterValidator(_without_controls)]
"""A form's text; NUL, which PostgreSQL cannot store, and its like are refused."""

Reason = Annotated[PlainText, Form(max_length=500)]
Address = Annotated[PlainText, Form(max_length=2000)]
"""A part of one of our own addresses, handed on by a form."""


def searched(text: str, longest: int) -> str:
    """A part of an address to search by: cut, without blanks around it or control characters."""
    return _CONTROLS.sub("", text).strip()[:longest]


def counted(text: str) -> int:
    """A number of our own in an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else 0


_LONGEST_NUMBER = 15
"""Digits; more than any version or count has, and what a 64-bit column holds."""
