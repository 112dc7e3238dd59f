"""Connections: which systems we read and tell, in which roles, and of what."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from adapters.ports import IncomingKind
from service.context import Connection
from service.exceptions.queue import Closing, ExceptionState, close, open_exceptions
from service.sync.secret_files import Secret, variable
from service.sync.tables import ConnectionRow, PollRow
from service.work.deliveries import OPEN, SUBJECT_TYPE, Status
from service.work.tables import DeliveryRow

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
OUTLOOK_CHANGED = "supply-outlook.changed"
FORECAST_PUBLISHED = "forecast.published"


class Role(StrEnum):
    """What a connected system is for us."""

    CRM = "crm"
    ERP = "erp"
    PLANNING = "planning"


USUAL_SUBSCRIPTIONS: dict[Role, tuple[str, ...]] = {
    Role.CRM: (OUTLOOK_CHANGED,),
    Role.PLANNING: ("demand-signal.*", "commercial-outlook.*", FORECAST_PUBLISHED, "proposal.*"),
    Role.ERP: (),
}
"""What a system in a role hears of unless it says otherwise; an ERP gets its proposals."""


KINDS_OF_ROLE: dict[Role, frozenset[IncomingKind]] = {
    Role.CRM: frozenset({IncomingKind.DEMAND_SIGNALS, IncomingKind.ACCOUNTS}),
    Role.PLANNING: frozenset({IncomingKind.FORECASTS}),
    Role.ERP: frozenset(IncomingKind) - {IncomingKind.DEMAND_SIGNALS, IncomingKind.FORECASTS},
}
"""What a system in a role may tell us."""


class RefusedConnectionError(ValueError):
    """Nothing was changed, and why."""


@dataclass(frozen=True)
class NewConnection:
    """A connection to be made."""

    name: str
    adapter: str
    roles: Sequence[Role]
    settings: dict[str, Any]
    subscriptions: Sequence[str] | None = None
    """None: the usual ones of the roles."""
    reads: Sequence[IncomingKind] = ()
    push: bool = False
    more: dict[str, int] = field(default_factory=dict)
    """``hold_seconds``, ``answer_within_hours``, ``poll_seconds`` where they are not the usual."""


def connect(session: Session, wanted: NewConnection, now: datetime) -> ConnectionRow:
    """Add the connection; raises RefusedConnectionError where it cannot be."""
    row = checked(session, wanted, now)
    session.add(row)
    session.flush()
    return row


def checked(session: Session, wanted: NewConnection, now: datetime) -> ConnectionRow:
    """The connection as it would be added; raises RefusedConnectionError where it cannot be."""
    if not _NAME.fullmatch(wanted.name):
        raise RefusedConnectionError(
            f"{wanted.name!r} is no name: use at most 64 letters, digits, '-', '_' and '.'."
        )
    if session.get(ConnectionRow, wanted.name) is not None:
        raise RefusedConnectionError(f"{wanted.name} is connected already; remove it first.")
    alike = [row.name for row in connections(session) if _is_alike(row.name, wanted.name)]
    if alike:
        raise RefusedConnectionError(
            f"{wanted.name} is too like {alike[0]}: the two would share their secrets' variables."
        )
    if wanted.push and Role.ERP not in wanted.roles:
        raise RefusedConnectionError("Proposals are pushed to an ERP only: add --role erp.")
    told = kinds_of(wanted.roles)
    foreign = sorted(set(wanted.reads) - set(told))
    if foreign:
        raise RefusedConnectionError(
            f"A system in this role does not tell {', '.join(foreign)}; it tells {', '.join(told)}."
        )
    return ConnectionRow(
        name=wanted.name,
        adapter=wanted.adapter,
        roles=[str(role) for role in wanted.roles],
        settings=wanted.settings,
        subscriptions=_subscriptions(wanted),
        reads=[str(kind) for kind in wanted.reads],
        push=wanted.push,
        created_at=now,
        **wanted.more,
    )


def _is_alike(one: str, other: str) -> bool:
    """Whether two names are one to an environment variable, or to a careless file system."""
    return variable(one, Secret.TOKEN) == variable(other, Secret.TOKEN)


def _subscriptions(wanted: NewConnection) -> list[str]:
    if wanted.subscriptions is not None:
        return list(wanted.subscriptions)
    usual = (pattern for role in wanted.roles for pattern in USUAL_SUBSCRIPTIONS[role])
    return list(dict.fromkeys(usual))


def connections(session: Session) -> list[ConnectionRow]:
    """All of them by name."""
    return list(session.scalars(select(ConnectionRow).order_by(ConnectionRow.name)))


def existing(session: Session, name: str) -> ConnectionRow:
    """The connection; raises RefusedConnectionError if there is none."""
    row = session.get(ConnectionRow, name)
    if row is None:
        raise RefusedConnectionError(f"There is no connection {name}.")
    return row


def disconnect(session: Session, name: str, now: datetime) -> int:
    """Remove the connection; returns how many deliveries are thereby given up."""
    existing(session, name)
    given_up = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.connection == name, DeliveryRow.status.in_(OPEN))
        .values(status=Status.ABANDONED, lease=None, last_detail="the connection was removed")
        .returning(DeliveryRow.delivery_id)
        .execution_options(synchronize_session=False)
    ).all()
    why = Closing(ExceptionState.DISCARDED, name, "the connection was removed")
    keys = [str(row.delivery_id) for row in given_up]
    about = open_exceptions(session, SUBJECT_TYPE, name, keys)
    close(session, list(about.values()), why, now)
    session.execute(delete(PollRow).where(PollRow.connection == name))
    session.execute(delete(ConnectionRow).where(ConnectionRow.name == name))
    return len(given_up)


def subscribes(row: ConnectionRow, type_: str, body: dict[str, Any]) -> bool:
    """Whether the connection is to hear of an event; an outlook is told to its own CRM only."""
    if type_ == OUTLOOK_CHANGED and body.get("system") != row.name:
        return False
    return any(fnmatchcase(type_, pattern) for pattern in row.subscriptions)


def opening(row: ConnectionRow) -> Connection:
    """What is needed to open the connected system."""
    return Connection(row.name, row.adapter, dict(row.settings), tuple(row.reads))


def kinds_of(roles: Iterable[str]) -> list[IncomingKind]:
    """What a system in these roles may tell us, in the order of the kinds."""
    allowed = frozenset[IncomingKind]().union(*(KINDS_OF_ROLE[Role(role)] for role in roles))
    return [kind for kind in IncomingKind if kind in allowed]
