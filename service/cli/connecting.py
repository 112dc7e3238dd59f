"""What the commands that connect systems share: adding them, and refusing in plain words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from adapters.ports import IncomingKind
from service.context import ServiceContext
from service.sync.connections import (
    NewConnection,
    RefusedConnectionError,
    Role,
    existing,
    opening,
)
from service.sync.connections import connect as add
from service.sync.secret_files import Secret, SecretFiles
from service.sync.tables import ConnectionRow

Name = Annotated[str, typer.Argument(help="the system's code, for example erp")]
Roles = Annotated[list[Role], typer.Option("--role", help="what it is; repeat for more")]
Reads = Annotated[
    list[IncomingKind] | None, typer.Option("--read", help="what it is read for; repeat for more")
]
Push = Annotated[
    bool, typer.Option(help="create documents in this ERP; else it claims proposals itself")
]

_LONGEST_SECRET = 16_384
"""In bytes; what is longer is cut, and refused where it is used."""

_OPTIONS = {
    "base_url": "--url",
    "webhook_url": "--webhook-url",
    "bearer_token": "--token-file",
    "password": "--password-file",
    "allow_plain_http": "--allow-plain-http",
    "format": "--format",
}
"""Settings of the adapters as one types them here."""


def add_connection(
    context: ServiceContext, wanted: NewConnection, secrets: Mapping[Secret, str] | None = None
) -> None:
    """Add the connection if its system can be opened with these settings and secrets."""
    files_of_secrets = SecretFiles(context.settings.secrets_dir)
    try:
        with context.database.write() as session:
            row = add(session, wanted, context.clock())
            for what, secret in (secrets or {}).items():
                files_of_secrets.keep(wanted.name, what, secret)
            context.outside.open(opening(row))
    except RefusedConnectionError as refusal:
        raise refused(refusal) from refusal
    except ValueError as error:
        files_of_secrets.forget(wanted.name)
        raise refused(error) from error
    context.ring()


def existing_connection(context: ServiceContext, name: str) -> ConnectionRow:
    """The connection; ends the command where there is none."""
    try:
        with context.database.read() as session:
            return existing(session, name)
    except RefusedConnectionError as refusal:
        raise refused(refusal) from refusal


def token_in(file: Path) -> str:
    """The token in a file; ends the command where there is none, or more than one."""
    words = _begin_of(file).split()
    if len(words) != 1 or not words[0].isascii():
        raise refused(RefusedConnectionError(f"{file} does not hold one token in ASCII."))
    return words[0].decode("ascii")


def password_in(file: Path) -> str:
    """The password in a file; ends the command where there is none, or more than a line."""
    lines = _begin_of(file).splitlines()
    try:
        password = lines[0].decode("utf-8") if len(lines) == 1 else ""
    except UnicodeDecodeError:
        password = ""
    if not password.isprintable() or password != password.strip() or not password:
        why = "does not hold one password in UTF-8, on one line and without spaces around it."
        raise refused(RefusedConnectionError(f"{file} {why}"))
    return password


def _begin_of(file: Path) -> bytes:
    with file.open("rb") as opened_file:
        return opened_file.read(_LONGEST_SECRET)


def refused(refusal: ValueError) -> typer.Exit:
    """Tell what is wrong, and the end of the command."""
    typer.echo(first_of(refusal), err=True)
    return typer.Exit(1)


def first_of(error: ValueError) -> str:
    """What is wrong first, without what was typed: it may be a secret."""
    if not isinstance(error, ValidationError):
        return str(error)
    found = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(_OPTIONS.get(str(step), str(step)) for step in found["loc"])
    said = found["msg"].removeprefix("Value error, ")
    for setting, option in _OPTIONS.items():
        said = said.replace(setting, option)
    return f"{place}: {said}" if place else said
