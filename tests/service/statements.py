"""What a database is asked: tests count statements where others would time them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from service.database.engine import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that are executed meanwhile, in order."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
