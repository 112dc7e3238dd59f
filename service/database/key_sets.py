"""Rows of many (item, location) keys in a few statements."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

_ITEMS_PER_STATEMENT = 500


def rows_of_keys(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    item_column: InstrumentedAttribute[str] | ColumnElement[str],
    keys: Collection[tuple[str, str]],
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of ``statement`` that belong to ``keys``.

    The statement's first two columns are item and location. It is run once per few hundred
    items; a list of pairs would defeat the index on SQLite.
    """
    wanted = keys if isinstance(keys, set | frozenset) else set(keys)
    for row in rows_of_items(session, statement, item_column, {item_id for item_id, _ in wanted}):
        if (row[0], row[1]) in wanted:
            yield row


def rows_of_items(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    item_column: InstrumentedAttribute[str] | ColumnElement[str],
    items: Collection[str],
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of ``statement`` whose item is one of ``items``, at any location."""
    ordered = sorted(items)
    for start in range(0, len(ordered), _ITEMS_PER_STATEMENT):
        chunk = ordered[start : start + _ITEMS_PER_STATEMENT]
        yield from session.execute(statement.where(item_column.in_(chunk)))
