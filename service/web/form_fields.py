"""What people type into forms and addresses."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import Form
from pydantic import AfterValidator

from service.http.problems import Problem

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _without_controls(text: str) -> str:
    if _CONTROLS.search(text):
        raise ValueError("the text holds a control character; type it again")
    return text


_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")

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


def typed_quantity(text: str) -> Decimal:
    """A quantity as people type it: '1,200' and '1 200' mean 1200, '2.5' two and a half."""
    plain = text.replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    if "," in plain and not _THOUSANDS.fullmatch(plain):
        plain = "unreadable"
    try:
        return Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise Problem(
            422,
            "quantity-unreadable",
            f"'{text}' is no quantity" if text.strip() else "A quantity is needed",
            remedy="Write digits, with a point before decimals.",
        ) from None


def typed_day(text: str) -> date:
    """A day as browsers send it: 2011-09-05."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Problem(
            422,
            "day-unreadable",
            f"'{text}' is no day" if text.strip() else "A day is needed",
            remedy="Choose a day, written as 2011-09-05.",
        ) from None
