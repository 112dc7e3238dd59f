"""Who may do what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table, new_id


class PersonRow(Table):
    __tablename__ = "people"
    login: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str]
    """planner, lead or admin."""
    password_hash: Mapped[str] = mapped_column(String(200))
    """Argon2id."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SessionRow(Table):
    """A logged-in browser. The cookie holds the token, the table only its SHA-256."""

    __tablename__ = "sessions"
    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str]
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LogInAttemptRow(Table):
    """An attempt to log in that has not succeeded; too many in a short time are refused."""

    __tablename__ = "log_in_attempts"
    attempt_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str]
    attempted_at: Mapped[datetime]
    __table_args__ = (Index(None, "login", "attempted_at"), Index(None, "attempted_at"))


class ApiKeyRow(Table):
    """A system's key: 256 random bits, so a plain SHA-256 guards it well enough."""

    __tablename__ = "api_keys"
    key_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    prefix: Mapped[str]
    key_sha256: Mapped[str] = mapped_column(unique=True)
    system: Mapped[str]
    scopes: Mapped[list[Any]]
    active: Mapped[bool] = mapped_column(default=True)
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
