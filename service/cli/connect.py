"""replenish connect: which systems are read and told, and by which way."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.ports import Idempotency
from service.bootstrap import opened
from service.cli.connect_tryton import tryton
from service.cli.connecting import (
    Name,
    Push,
    Reads,
    Roles,
    add_connection,
    existing_connection,
    refused,
    token_in,
)
from service.cli.connection_preview import shown_examined
from service.context import ServiceContext
from service.sync.connections import (
    NewConnection,
    RefusedConnectionError,
    Role,
    connections,
    disconnect,
    existing,
    kinds_of,
    opening,
)
from service.sync.probe import described, trouble_of
from service.sync.secret_files import Secret, SecretFiles, variable

connect = typer.Typer(
    name="connect", help="Connected systems.", no_args_is_help=True, add_completion=False
)
connect.command()(tryton)

Subscribe = Annotated[
    list[str] | None,
    typer.Option(help="events it hears of, for example 'proposal.*'; by default those of its role"),
]
_FILES_POLL_SECONDS = 5
_HTTP_POLL_SECONDS = 30


@connect.command()
def files(  # noqa: PLR0913  each is an option of the command
    name: Name,
    role: Roles,
    folder: Annotated[Path, typer.Option(exists=True, file_okay=False, help="shared with it")],
    *,
    file_format: Annotated[str, typer.Option("--format", help="csv or parquet")] = "csv",
    subscribe: Subscribe = None,
    read: Reads = None,
    push: Push = True,
) -> None:
    """Connect a system by a folder: it drops files in in/ and fetches ours from out/."""
    wanted = NewConnection(
        name,
        "files",
        role,
        {"folder": str(folder.resolve()), "format": file_format},
        subscribe,
        kinds_of(role) if read is None else read,
        push=push and Role.ERP in role,
        more={"poll_seconds": _FILES_POLL_SECONDS},
    )
    with opened() as context:
        add_connection(context, wanted)
    typer.echo(f"{name} is connected by the folder {folder}.")


@connect.command()
def http(  # noqa: PLR0913  each is an option of the command
    name: Name,
    role: Roles,
    url: Annotated[str, typer.Option(help="base address of its interface")],
    *,
    webhook_url: Annotated[str | None, typer.Option(help="where it hears of events")] = None,
    token_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="its bearer token for us")
    ] = None,
    subscribe: Subscribe = None,
    read: Reads = None,
    push: Push = True,
    idempotency: Annotated[
        Idempotency, typer.Option(help="what it does with a second request under a reference")
    ] = Idempotency.CREATE_ONCE,
    hold_seconds: Annotated[
        int, typer.Option(min=0, help="search_first: how late it may carry out a call")
    ] = 900,
    requires_supplier: Annotated[bool, typer.Option(help="no proposal without one")] = False,
    allow_plain_http: Annotated[bool, typer.Option(help="unencrypted, off this machine")] = False,
) -> None:
    """Connect a system by HTTP, and print the new secret that signs webhooks both ways."""
    settings = {
        "base_url": url,
        "webhook_url": webhook_url,
        "idempotency": idempotency.value,
        "requires_supplier": requires_supplier,
        "allow_plain_http": allow_plain_http,
    }
    more = {"poll_seconds": _HTTP_POLL_SECONDS, "hold_seconds": hold_seconds}
    push = push and Role.ERP in role
    wanted = NewConnection(name, "http", role, settings, subscribe, read or (), push, more)
    with opened() as context:
        secrets = {Secret.WEBHOOK: context.outside.new_secret()}
        if token_file is not None:
            secrets[Secret.TOKEN] = token_in(token_file)
        add_connection(context, wanted, secrets)
    typer.echo(f"{name} is connected. Its webhook secret, shown this once:")
    typer.echo(secrets[Secret.WEBHOOK])


@connect.command(name="list")
def list_() -> None:
    """List the connected systems: name, way, roles, and whether they are paused."""
    with opened() as context, context.database.read() as session:
        rows = connections(session)
        for row in rows:
            why = f": {row.last_trouble}" if row.last_trouble else ""
            paused = f", paused{why}" if row.paused_at else ""
            typer.echo(f"{row.name} {row.adapter} {','.join(row.roles)}{paused}")
    if not rows:
        typer.echo("No system is connected.")


@connect.command()
def pause(name: Name) -> None:
    """Neither read nor tell it until it is resumed; what is to be told waits."""
    with opened() as context:
        _set_paused(context, name, paused=True)
    typer.echo(f"{name} is paused.")


@connect.command()
def resume(name: Name) -> None:
    """Read and tell it again."""
    with opened() as context:
        _set_paused(context, name, paused=False)
        context.ring()
    typer.echo(f"{name} goes on.")


@connect.command()
def remove(name: Name) -> None:
    """Forget the connection and its secrets; what waits is given up, also if it comes back.

    To keep what waits, pause it instead.
    """
    with opened() as context:
        try:
            with context.database.write() as session:
                given_up = disconnect(session, name, context.clock())
        except RefusedConnectionError as refusal:
            raise refused(refusal) from refusal
        SecretFiles(context.settings.secrets_dir).forget(name)
    typer.echo(f"{name} is removed; {given_up} deliveries were given up for good.")


@connect.command(name="rotate-secret")
def rotate_secret(name: Name) -> None:
    """Make a new webhook secret and print it; the one before stays valid until the next."""
    with opened() as context:
        existing_connection(context, name)
        files_of_secrets = SecretFiles(context.settings.secrets_dir)
        if files_of_secrets.is_set_outside(name, Secret.WEBHOOK):
            place = variable(name, Secret.WEBHOOK)
            raise refused(
                RefusedConnectionError(f"The secret comes from {place}: rotate it there.")
            )
        fresh = context.outside.new_secret()
        files_of_secrets.rotate(name, Secret.WEBHOOK, fresh)
    typer.echo(fresh)


@connect.command()
def test(name: Name) -> None:
    """Open the system and say what is read and told, what it allows us, and that it answers."""
    with opened() as context:
        row = existing_connection(context, name)
        try:
            system = context.outside.open(opening(row))
        except ValueError as error:
            raise refused(error) from error
        for line in described(row, system):
            typer.echo(line)
        if system.examine is not None and not shown_examined(system):
            raise typer.Exit(1)
        trouble = trouble_of(row, system)
    typer.echo(trouble or "It answers.", err=bool(trouble))
    if trouble:
        raise typer.Exit(1)


def _set_paused(context: ServiceContext, name: str, *, paused: bool) -> None:
    try:
        with context.database.write() as session:
            row = existing(session, name)
            row.paused_at = context.clock() if paused else None
            row.last_trouble, row.quiet_until, row.failures = None, None, 0
    except RefusedConnectionError as refusal:
        raise refused(refusal) from refusal
