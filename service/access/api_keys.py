"""Scoped keys for systems. A key is shown once; the table holds its SHA-256."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access.tables import ApiKeyRow

_PREFIX = "peg_"
_SHOWN = 12


class Scope(StrEnum):
    """What a system's key may do."""

    SIGNALS_WRITE = "signals:write"
    FEEDS_WRITE = "feeds:write"
    OUTLOOK_READ = "outlook:read"
    EXCEPTIONS_WRITE = "exceptions:write"
    FORECASTS_READ = "forecasts:read"
    FORECASTS_WRITE = "forecasts:write"
    PROPOSALS_READ = "proposals:read"
    PROPOSALS_CLAIM = "proposals:claim"
    PROPOSALS_DECIDE = "proposals:decide"


@dataclass(frozen=True)
class System:
    """The system behind a request."""

    system: str
    scopes: frozenset[Scope]


def create_key(
    session: Session,
    system: str,
    scopes: Iterable[Scope],
    now: datetime,
    *,
    expires_at: datetime | None = None,
) -> str:
    """Make a key for ``system`` and return it: the only time that it is seen in full."""
    key = _PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiKeyRow(
            prefix=key[:_SHOWN],
            key_sha256=_sha256(key),
            system=system,
            scopes=sorted(scopes),
            expires_at=expires_at,
            created_at=now,
        )
    )
    return key


def system_of(session: Session, key: str, now: datetime) -> System | None:
    """The system that ``key`` speaks for; None if the key is unknown, stopped or expired."""
    row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.key_sha256 == _sha256(key)))
    if row is None or not row.active or (row.expires_at is not None and row.expires_at <= now):
        return None
    return System(row.system, frozenset(Scope(scope) for scope in row.scopes))


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
