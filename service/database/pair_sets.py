"""Conditions on many pairs of codes."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

Column = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


def one_of_pairs(
    session: Session, columns: tuple[Column, Column], pairs: Collection[tuple[str, str]]
) -> ColumnElement[bool]:
    """Whether two columns hold one of ``pairs``; at most a few thousand, at least one.

    PostgreSQL would compare every row with each pair of a long list; two arrays it can join.
    """
    pair: ColumnElement[Any] = tuple_(*columns)
    if session.get_bind().dialect.name != "postgresql":
        return pair.in_(pairs)
    arrays: list[Any] = [
        bindparam(None, list(values), type_=ARRAY(String), unique=True)
        for values in zip(*pairs, strict=True)
    ]
    given = func.unnest(*arrays).table_valued("first", "second").render_derived()
    return pair.in_(select(given.c.first, given.c.second))
