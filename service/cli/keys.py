"""replenish keys: scoped keys for systems."""

import json
from datetime import timedelta
from typing import Annotated

import typer

from service.access.api_keys import Scope, create_key
from service.bootstrap import opened

keys = typer.Typer(
    name="keys",
    help="Keys of systems that use the API.",
    no_args_is_help=True,
    add_completion=False,
)


@keys.callback()
def _keys() -> None:
    """A group, even while it has one command."""


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
