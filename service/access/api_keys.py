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
_LEAST_SHOWN = 8


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
    if row is None or not is_valid(row, now):
        return None
    return System(row.system, frozenset(Scope(scope) for scope in row.scopes))


class RefusedKeyError(ValueError):
    """Nothing was changed, and why."""


def all_keys(session: Session) -> list[ApiKeyRow]:
    """Every key that was ever made, by system, oldest first."""
    return list(
        session.scalars(
            select(ApiKeyRow).order_by(ApiKeyRow.system, ApiKeyRow.created_at, ApiKeyRow.key_id)
        )
    )


def is_valid(row: ApiKeyRow, now: datetime) -> bool:
    """Whether the key opens anything now."""
    return row.active and (row.expires_at is None or row.expires_at > now)


def stop_key(session: Session, beginning: str) -> ApiKeyRow:
    """Let the key that begins so open nothing any more, from the next request on.

    A stopped key stays listed. Raises RefusedKeyError unless exactly one key begins so.
    """
    shown = beginning[:_SHOWN]  # whoever pastes a whole key means it, and does not see it again
    rows = session.scalars(
        select(ApiKeyRow).where(ApiKeyRow.prefix.startswith(shown, autoescape=True))
    ).all()
    if len(rows) != 1 or len(shown) < _LEAST_SHOWN:
        raise RefusedKeyError(
            f"{shown!r} is the beginning of {len(rows)} keys: "
            "give that of one, as 'replenish keys list' shows it."
        )
    rows[0].active = False
    return rows[0]


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
