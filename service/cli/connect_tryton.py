"""replenish connect tryton: a Tryton server as ERP, CRM and planning system."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.erp.tryton.settings import READABLE, Writing
from adapters.ports import Idempotency, IncomingKind
from service.bootstrap import opened
from service.cli.connecting import (
    Name,
    Push,
    Reads,
    Roles,
    add_connection,
    password_in,
    refused,
)
from service.cli.connection_preview import Secrets, previewed
from service.context import ServiceContext
from service.sync.connections import (
    FORECAST_PUBLISHED,
    OUTLOOK_CHANGED,
    NewConnection,
    RefusedConnectionError,
    Role,
    kinds_of,
)
from service.sync.secret_files import Secret, SecretFiles, variable

_WRITES = {
    Role.ERP: Writing.PROPOSALS.value,
    Role.CRM: Writing.OUTLOOKS.value,
    Role.PLANNING: Writing.FORECASTS.value,
}
_HEARS = {Role.CRM: OUTLOOK_CHANGED, Role.PLANNING: FORECAST_PUBLISHED}
"""Tryton has no address for other events."""


class Mode(StrEnum):
    """How Tryton keeps a document from being made twice; see ``adapters.ports.Idempotency``."""

    SEARCH_FIRST = Idempotency.SEARCH_FIRST.value
    UNIQUE = Idempotency.UNIQUE.value


Url = Annotated[str, typer.Option(help="address of the server, without the database")]
Database = Annotated[str, typer.Option(help="name of the database there")]
LogIn = Annotated[str, typer.Option(help="our user there")]
Password = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="its password, on one line")
]
Idempotent = Annotated[
    Mode, typer.Option(help="unique with our module pegline_reference, else search_first")
]
Approve = Annotated[bool, typer.Option(help="approve the requisitions, too")]
Employee = Annotated[int | None, typer.Option(help="id of whom we ask as; else our own")]
Warehouse = Annotated[str | None, typer.Option(help="warehouse that supplies opportunities")]
FirstDay = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="first day of the sales to read")
]
PollSeconds = Annotated[int, typer.Option(min=1, help="how often it is read")]
HoldSeconds = Annotated[
    int, typer.Option(min=0, help="search_first: how late it may carry out a call")
]
PlainHttp = Annotated[bool, typer.Option(help="unencrypted, off this machine")]
Yes = Annotated[bool, typer.Option("--yes", help="connect without asking")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="only show what it would do")]


def tryton(  # noqa: PLR0913  each is an option of the command
    name: Name,
    role: Roles,
    url: Url,
    database: Database,
    login: LogIn,
    *,
    password_file: Password = None,
    idempotency: Idempotent = Mode.SEARCH_FIRST,
    approve: Approve = False,
    employee: Employee = None,
    opportunity_location: Warehouse = None,
    history_from: FirstDay = None,
    read: Reads = None,
    push: Push = True,
    poll_seconds: PollSeconds = 60,
    hold_seconds: HoldSeconds = 300,
    allow_plain_http: PlainHttp = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Examine a Tryton 8.0, show what would be read and written, and connect it on your word."""
    settings = {
        "base_url": url,
        "database": database,
        "login": login,
        "idempotency": idempotency.value,
        "approve": approve,
        "employee": employee,
        "opportunity_location": opportunity_location,
        "history_from": history_from and history_from.date().isoformat(),
        "allow_plain_http": allow_plain_http,
        "writes": [_WRITES[one] for one in role if push or one is not Role.ERP],
    }
    more = {"poll_seconds": poll_seconds, "hold_seconds": hold_seconds}
    wanted = _wanted(name, role, settings, read, more)
    with opened() as context:
        secrets = _secrets(context, name, password_file)
        if not previewed(context, wanted, secrets):
            raise refused(RefusedConnectionError(f"{name} was not connected; nothing was stored."))
        if dry_run:
            typer.echo("Nothing was stored.")
            return
        _ask(yes)
        add_connection(context, wanted, secrets if password_file else {})
    typer.echo(f"{name} is connected.")


def _wanted(
    name: str,
    roles: Sequence[Role],
    settings: Mapping[str, Any],
    reads: Sequence[IncomingKind] | None,
    more: dict[str, int],
) -> NewConnection:
    """By default all is read that Tryton has; answers only where we ask for something."""
    pushes = Writing.PROPOSALS in settings["writes"]
    if reads is None:
        told = [kind for kind in kinds_of(roles) if kind in READABLE]
        reads = [kind for kind in told if pushes or kind is not IncomingKind.PROPOSAL_ANSWERS]
    given = {key: value for key, value in settings.items() if value is not None}
    hears = [_HEARS[role] for role in roles if role in _HEARS]
    return NewConnection(name, "tryton", roles, given, hears, reads, pushes, more)


def _secrets(context: ServiceContext, name: str, password_file: Path | None) -> Secrets:
    if password_file is not None:
        return {Secret.TOKEN: password_in(password_file)}
    outside = SecretFiles(context.settings.secrets_dir)
    if outside.is_set_outside(name, Secret.TOKEN):
        return {Secret.TOKEN: outside.read(name, Secret.TOKEN)[0]}
    place = variable(name, Secret.TOKEN)
    raise refused(RefusedConnectionError(f"Give --password-file, or set {place}."))


def _ask(yes: bool) -> None:  # noqa: FBT001  as in the command
    """Go on only on somebody's word."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise refused(RefusedConnectionError("Nothing was stored. Say --yes to connect it."))
    typer.confirm("Connect it?", abort=True)
