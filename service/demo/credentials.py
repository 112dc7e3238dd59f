"""Log-ins and keys of the demo: random, made when it is first loaded, kept for its owner's eyes.

The database holds hashes only, so what the next start is to print lies in a file that nobody
else may read.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.access.api_keys import Scope, create_key, system_of
from service.access.people import NewPerson, Role, create_person
from service.access.tables import ApiKeyRow, PersonRow
from service.context import ServiceContext
from service.demo.today import CRM, ERP

FILE = "demo-credentials.json"
OPS = "ops"

_NAMES = {
    Role.PLANNER: "Demo planner",
    Role.LEAD: "Demo planning lead",
    Role.ADMIN: "Demo administrator",
}
_SCOPES = {
    CRM: (Scope.SIGNALS_WRITE,),
    ERP: (Scope.FEEDS_WRITE, Scope.PROPOSALS_READ, Scope.PROPOSALS_CLAIM),
    OPS: (Scope.EXCEPTIONS_WRITE, Scope.PROPOSALS_READ, Scope.PROPOSALS_DECIDE),
}


@dataclass(frozen=True)
class DemoCredentials:
    """Passwords by log-in (planner, lead, admin) and API keys by system (crm, erp, ops)."""

    passwords: dict[str, str]
    keys: dict[str, str]


def ensure_credentials(context: ServiceContext) -> DemoCredentials:
    """The credentials in the file, if the database still honours them; else new ones.

    New ones replace the demo's people and stop the earlier keys of its systems.
    """
    path = context.settings.data_dir / FILE
    now = context.clock()
    kept = _read(path)
    if kept is not None:
        with context.database.read() as session:
            if _honoured(session, kept, now):
                return kept
    with context.database.write() as session:
        credentials = _issue(session, now)
        # Written before the commit: if that fails, the next start finds the file not honoured.
        _write(path, credentials)
    return credentials


def _issue(session: Session, now: datetime) -> DemoCredentials:
    logins = [role.value for role in _NAMES]
    session.execute(delete(PersonRow).where(PersonRow.login.in_(logins)))
    session.execute(update(ApiKeyRow).where(ApiKeyRow.system.in_(_SCOPES)).values(active=False))
    passwords = {login: secrets.token_urlsafe(9) for login in logins}
    for role, name in _NAMES.items():
        create_person(session, NewPerson(role.value, name, role, passwords[role.value]), now)
    keys = {system: create_key(session, system, scopes, now) for system, scopes in _SCOPES.items()}
    return DemoCredentials(passwords, keys)


def _honoured(session: Session, kept: DemoCredentials, now: datetime) -> bool:
    people = set(
        session.scalars(
            select(PersonRow.login).where(PersonRow.login.in_(kept.passwords), PersonRow.active)
        )
    )
    if people != {role.value for role in _NAMES} or kept.keys.keys() != _SCOPES.keys():
        return False
    return all(
        (found := system_of(session, key, now)) is not None and found.system == system
        for system, key in kept.keys.items()
    )


def _read(path: Path) -> DemoCredentials | None:
    try:
        return DemoCredentials(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(path: Path, credentials: DemoCredentials) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(credentials), file, indent=2)
        file.write("\n")
    fresh.replace(path)
