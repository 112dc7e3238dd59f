"""People: who they are, their role, their password.

Passwords are kept as Argon2id with the parameters OWASP names first for it (19 MiB, two passes,
one lane): about 20 ms, and a burst of log-ins cannot exhaust the memory.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.access.tables import PersonRow, SessionRow

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
_LONGEST_LOGIN = 64
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class RefusedPersonError(ValueError):
    """Nobody was added, and why."""


class Role(StrEnum):
    """What a person is here for. An admin keeps the installation running and orders nothing."""

    PLANNER = "planner"
    LEAD = "lead"
    ADMIN = "admin"

    @property
    def decides(self) -> bool:
        """Whether the role approves, changes and rejects proposals."""
        return self in {Role.PLANNER, Role.LEAD}

    @property
    def discards(self) -> bool:
        """Whether the role may discard an exception, which cannot be undone."""
        return self in {Role.LEAD, Role.ADMIN}


@dataclass(frozen=True)
class Person:
    """Someone whose password was right."""

    login: str
    name: str
    role: Role


@dataclass(frozen=True)
class NewPerson:
    """A person to be created."""

    login: str
    name: str
    role: Role
    password: str


def create_person(session: Session, person: NewPerson, now: datetime) -> Person:
    """Add a person; a login that exists, is empty or too long, or a short password is refused.

    Sessions that an earlier person opened under the same login end.
    """
    login = known_as(person.login)
    if not login or len(login) > _LONGEST_LOGIN:
        raise RefusedPersonError("A login has 1 to 64 characters.")
    if not SHORTEST_PASSWORD <= len(person.password) <= LONGEST_PASSWORD:
        raise RefusedPersonError(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
        )
    if session.get(PersonRow, login) is not None:
        raise RefusedPersonError(f"The login {login} exists: choose another.")
    session.execute(
        delete(SessionRow)
        .where(SessionRow.login == login)
        .execution_options(synchronize_session=False)
    )
    session.add(
        PersonRow(
            login=login,
            name=person.name.strip() or login,
            role=person.role,
            password_hash=_hasher.hash(person.password),
            created_at=now,
        )
    )
    session.flush()
    return Person(login, person.name.strip() or login, person.role)


def check_password(session: Session, login: str, password: str) -> Person | None:
    """The person, if the password is right and the person is active.

    An unknown login costs the same time as a wrong password, so that logins cannot be probed.
    """
    row = session.scalar(select(PersonRow).where(PersonRow.login == known_as(login)))
    right = _matches(row.password_hash if row else _nobodys_hash(), password)
    if row is None or not row.active or not right:
        return None
    return Person(row.login, row.name, Role(row.role))


def known_as(login: str) -> str:
    """A login as the table holds it: without outer blanks, small letters."""
    return login.strip().casefold()


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password[:LONGEST_PASSWORD])
    except VerifyMismatchError:
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody logs in with this")
