"""Sessions of people's browsers.

The cookie holds a 256-bit token, the table its SHA-256: who reads the table cannot log in. Each
session has a CSRF token that every form repeats.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.access.people import Person, Role
from service.access.tables import PersonRow, SessionRow


@dataclass(frozen=True)
class LoggedIn:
    """The person behind a request, and the token that their forms must carry."""

    person: Person
    csrf_token: str


def open_session(session: Session, login: str, hours: int, now: datetime) -> str:
    """Open a session for ``login`` and return its token, seen only this once.

    It ends after ``hours``; sessions of anyone that have ended are removed.
    """
    session.execute(
        delete(SessionRow)
        .where(SessionRow.expires_at <= now)
        .execution_options(synchronize_session=False)
    )
    token = secrets.token_urlsafe(32)
    session.add(
        SessionRow(
            token_sha256=_sha256(token),
            login=login,
            csrf_token=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    return token


def session_of(session: Session, token: str, now: datetime) -> LoggedIn | None:
    """Who is logged in with ``token``; None if it is unknown or over, or the person inactive."""
    found = session.execute(
        select(SessionRow.csrf_token, PersonRow.login, PersonRow.name, PersonRow.role)
        .join(PersonRow, PersonRow.login == SessionRow.login)
        .where(
            SessionRow.token_sha256 == _sha256(token),
            SessionRow.expires_at > now,
            PersonRow.active,
        )
    ).one_or_none()
    if found is None:
        return None
    return LoggedIn(Person(found.login, found.name, Role(found.role)), found.csrf_token)


def close_session(session: Session, token: str) -> None:
    """End the session of ``token``; an unknown token changes nothing."""
    session.execute(
        delete(SessionRow)
        .where(SessionRow.token_sha256 == _sha256(token))
        .execution_options(synchronize_session=False)
    )


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
