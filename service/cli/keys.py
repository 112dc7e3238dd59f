"""replenish keys: scoped keys for systems."""

import json
from datetime import datetime, timedelta
from typing import Annotated

import typer

from service.access.api_keys import (
    RefusedKeyError,
    Scope,
    all_keys,
    create_key,
    is_valid,
    stop_key,
)
from service.access.tables import ApiKeyRow
from service.bootstrap import opened

keys = typer.Typer(
    name="keys",
    help="Keys of systems that use the API.",
    no_args_is_help=True,
    add_completion=False,
)


@keys.command()
def create(
    system: Annotated[str, typer.Argument(help="the system's code, for example crm-1")],
    scope: Annotated[list[Scope], typer.Option(help="what the key may do; repeat for more")],
    expires_in_days: Annotated[int | None, typer.Option(min=1, help="never by default")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Make a key and print it: the only time that it is seen in full."""
    with opened() as context, context.database.write() as session:
        now = context.clock()
        expires_at = now + timedelta(days=expires_in_days) if expires_in_days else None
        key = create_key(session, system, set(scope), now, expires_at=expires_at)
    typer.echo(json.dumps({"system": system, "key": key}) if as_json else key)


@keys.command("list")
def list_keys(
    *, as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False
) -> None:
    """Show all keys by their beginnings, and which of them still open anything."""
    with opened() as context, context.database.read() as session:
        now = context.clock()
        shown = [
            {
                "key": row.prefix,
                "system": row.system,
                "scopes": " ".join(row.scopes),
                "state": _state(row, now),
                "created_at": row.created_at.isoformat(timespec="seconds"),
                "expires_at": row.expires_at and row.expires_at.isoformat(timespec="seconds"),
            }
            for row in all_keys(session)
        ]
    if as_json:
        typer.echo(json.dumps(shown))
        return
    for one in shown:
        until = f", until {one['expires_at']}" if one["expires_at"] else ""
        typer.echo(f"{one['key']}…  {one['state']:8} {one['system']}: {one['scopes']}{until}")
    if not shown:
        typer.echo("There are no keys.")


@keys.command()
def stop(
    key: Annotated[str, typer.Argument(help="its beginning, as 'keys list' shows it")],
) -> None:
    """Let a key open nothing any more, at once; it cannot be started again."""
    try:
        with opened() as context, context.database.write() as session:
            row = stop_key(session, key)
            said = f"{row.prefix}… of {row.system} opens nothing any more."
    except RefusedKeyError as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal
    typer.echo(said)


def _state(row: ApiKeyRow, now: datetime) -> str:
    if is_valid(row, now):
        return "valid"
    return "expired" if row.active else "stopped"
