"""Transactions that the database gave up in favour of another are done again."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.database.engine import Database

Result = TypeVar("Result")

_TRIES = 3
_GIVEN_UP = ("40001", "40P01")
"""SQLSTATE of serialization_failure and deadlock_detected (PostgreSQL, appendix A). SQLite has
neither: there a writer waits its turn."""


def write_again(database: Database, work: Callable[[Session], Result]) -> Result:
    """Do ``work`` in one transaction and return what it returns; three tries at most.

    It is done again, from the start and in a new transaction, where the database took it back
    because it stood in another's way. All effects of ``work`` must therefore be in its session.
    """
    for _ in range(_TRIES - 1):
        try:
            with database.write() as session:
                return work(session)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _GIVEN_UP:
                raise
    with database.write() as session:
        return work(session)
