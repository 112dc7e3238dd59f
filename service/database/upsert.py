"""Insert-or-update in one statement, on both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.database.base import Table

_ROWS_PER_STATEMENT = 500  # SQLite binds at most 32,766 values per statement


def upsert(
    session: Session,
    table: type[Table],
    rows: Sequence[dict[str, Any]],
    *,
    key: Sequence[str],
    keep: Sequence[str] = (),
) -> None:
    """Write ``rows``; one that exists by ``key`` is updated except for the columns in ``keep``.

    All rows name the same columns, and no two rows share a key. Rows are written in key order,
    so that concurrent writers do not lock each other crosswise.
    """
    ordered = sorted(rows, key=lambda row: tuple(str(row[name]) for name in key))
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for start in range(0, len(ordered), _ROWS_PER_STATEMENT):
        chunk = ordered[start : start + _ROWS_PER_STATEMENT]
        statement = dialect.insert(table).values(chunk)
        changed = {
            name: statement.excluded[name]
            for name in chunk[0]
            if name not in key and name not in keep
        }
        if changed:
            session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))
        else:
            session.execute(statement.on_conflict_do_nothing(index_elements=key))
