"""What a connection would do, shown before it is made, and what was examined of one."""

import json
from collections.abc import Mapping
from contextlib import closing

import typer

from adapters.ports import IncomingKind, OutsideSystem, PortError
from service.cli.connecting import refused
from service.context import Connection, ServiceContext
from service.sync.connections import NewConnection, RefusedConnectionError, checked, opening
from service.sync.first_look import FirstLook, look_at
from service.sync.probe import described, examined, waiting_proposals
from service.sync.secret_files import Secret
from service.sync.tables import ConnectionRow

Secrets = Mapping[Secret, str]


def previewed(context: ServiceContext, wanted: NewConnection, secrets: Secrets) -> bool:
    """Examine the system and show what would be read, pushed and told; nothing is stored.

    False where something is not as the connection needs it. Ends the command where the
    connection, its settings or its secrets cannot be at all.
    """
    row = _checked(context, wanted)
    with closing(_opened(context, opening(row), secrets)) as system:
        if not shown_examined(system):
            return False
        _show_plan(context, row, system)
    typer.echo("A first look at what would be read:")
    looks = [_look(context, row, kind, secrets) for kind in wanted.reads]
    return all([_shown(look) for look in looks])  # noqa: C419  each is shown


def shown_examined(system: OutsideSystem) -> bool:
    """Examine the system and show what was found; False where something is not well."""
    if system.examine is None:
        return True
    try:
        found = examined(system)
    except PortError as error:
        typer.echo(f"It does not answer: {error.detail}", err=True)
        return False
    for one in found:
        mark = "ok " if one.ok else "NOT"
        remedy = f". {one.remedy}" if one.remedy else ""
        typer.echo(f"{mark} {one.name}: {one.detail}{remedy}", err=not one.ok)
    return all(one.ok for one in found)


def _checked(context: ServiceContext, wanted: NewConnection) -> ConnectionRow:
    try:
        with context.database.read() as session:
            return checked(session, wanted, context.clock())
    except RefusedConnectionError as refusal:
        raise refused(refusal) from refusal


def _opened(context: ServiceContext, connection: Connection, secrets: Secrets) -> OutsideSystem:
    try:
        return context.outside.trial(
            connection, {what.value: told for what, told in secrets.items()}
        )
    except ValueError as error:
        raise refused(error) from error


def _show_plan(context: ServiceContext, row: ConnectionRow, system: OutsideSystem) -> None:
    for line in described(row, system):
        typer.echo(line)
    with context.database.read() as session:
        waiting = waiting_proposals(session, row, system, context.clock())
    if row.push and system.erp:
        told = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in waiting.items())
        typer.echo(f"Proposals that wait for it now: {told or 'none'}.")


def _look(
    context: ServiceContext, row: ConnectionRow, kind: IncomingKind, secrets: Secrets
) -> FirstLook:
    """Read for this kind alone, so that each has its turn."""
    alone = Connection(row.name, row.adapter, dict(row.settings), (str(kind),))
    with closing(_opened(context, alone, secrets)) as system:
        if system.source is None:
            return FirstLook(kind, trouble="there is nothing to read it from")
        return look_at(system.source, row.name, kind)


def _shown(look: FirstLook) -> bool:
    name = look.kind.replace("_", " ")
    if look.trouble:
        typer.echo(f"NOT {name}: {look.trouble}", err=True)
        return False
    more = " or more" if look.more else ""
    unfit = f", of which {look.unfit:,} cannot be taken" if look.unfit else ""
    typer.echo(f"{name}: {look.rows:,}{more}{unfit}")
    for sample in look.samples:
        typer.echo(f"  {json.dumps(sample, ensure_ascii=False)}")
    for complaint in look.complaints:
        typer.echo(f"  cannot be taken: {complaint}")
    return True
