"""One person in each role, who all know the same password."""

from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from service.access.people import Role
from service.access.tables import PersonRow

PASSWORD = "correct horse battery"  # noqa: S105  a test's password


@cache
def _password_hash() -> str:
    """Of the same kind as the product's, but cheap to make and to check: not to be guessed by."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def put_people(session: Session, now: datetime) -> None:
    for role in Role:
        session.add(
            PersonRow(
                login=role.value,
                name=f"Demo {role.value}",
                role=role,
                password_hash=_password_hash(),
                created_at=now,
            )
        )
    session.flush()
