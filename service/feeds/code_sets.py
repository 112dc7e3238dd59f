"""Conditions on thousands of codes: one bound value, however many there are."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, String, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session


def one_of(
    session: Session,
    column: InstrumentedAttribute[str] | ColumnElement[str],
    codes: Collection[str],
) -> ColumnElement[bool]:
    """Whether ``column`` holds one of ``codes``.

    An IN with a value per code is written out anew each time, and SQLite and PostgreSQL limit
    how many values a statement may have.
    """
    wanted = sorted(set(codes))
    if session.get_bind().dialect.name == "postgresql":
        array: Any = bindparam(None, wanted, type_=ARRAY(String), unique=True)
        return column == any_(array)
    values = func.json_each(json.dumps(wanted)).table_valued("value")
    return column.in_(select(values.c.value))
