"""replenish deliveries: what other systems are told, and what they did not take."""

import getpass
import json
from typing import Annotated
from uuid import UUID

import typer

from service.bootstrap import opened
from service.sync.overview import Standing, standings
from service.sync.repairs import Repairer, failed_of, give_up, try_again
from service.work.tables import DeliveryRow

deliveries = typer.Typer(
    name="deliveries",
    help="What other systems are told.",
    no_args_is_help=True,
    add_completion=False,
)


@deliveries.command(name="list")
def list_(*, as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """How many wait and how many failed for each connection, with the words of the system."""
    with opened() as context, context.database.read() as session:
        found = standings(session)
    if as_json:
        typer.echo(json.dumps([_document(one) for one in found]))
        return
    for one in found:
        oldest = f", oldest since {one.oldest:%Y-%m-%d %H:%M} UTC" if one.oldest else ""
        typer.echo(f"{one.connection.name}: {one.waiting} waiting, {one.failed} failed{oldest}")
        for row in one.troubled:
            typer.echo(f"  {row.delivery_id} {row.status} {row.type} {row.subject}")
            typer.echo(f"    {row.attempts} attempts, {row.last_failure}: {row.last_detail}")
    if not found:
        typer.echo("No system is connected.")


@deliveries.command()
def retry(
    delivery: Annotated[UUID | None, typer.Argument(help="its id in the list")] = None,
    *,
    connection: Annotated[str, typer.Option(help="all that failed of this one")] = "",
) -> None:
    """Try failed deliveries again, now."""
    with opened() as context:
        with context.database.write() as session:
            chosen = [delivery] if delivery else failed_of(session, connection)
            tried = try_again(session, chosen, Repairer(getpass.getuser()), context.clock())
        context.ring()
    typer.echo(f"{tried} will be tried again.")
    if not tried:
        raise typer.Exit(1)


@deliveries.command()
def abandon(
    delivery: Annotated[UUID, typer.Argument(help="its id in the list")],
    reason: Annotated[str, typer.Option(help="kept with it")],
) -> None:
    """Give a delivery up: the system is never told, and what follows goes on."""
    if not reason.strip():
        typer.echo("A reason is needed: whoever looks later wants to know why.", err=True)
        raise typer.Exit(1)
    who = Repairer(getpass.getuser(), reason.strip())
    with opened() as context:
        with context.database.write() as session:
            done = give_up(session, delivery, who, context.clock())
        context.ring()
    typer.echo("It is given up." if done else "There is no such delivery that waits or failed.")
    if not done:
        raise typer.Exit(1)


def _document(one: Standing) -> dict[str, object]:
    return {
        "connection": one.connection.name,
        "waiting": one.waiting,
        "failed": one.failed,
        "handing_over": one.handing_over,
        "oldest": one.oldest.isoformat() if one.oldest else None,
        "trouble": one.connection.last_trouble,
        "deliveries": [_delivery(row) for row in one.troubled],
    }


def _delivery(row: DeliveryRow) -> dict[str, object]:
    return {
        "delivery_id": str(row.delivery_id),
        "status": row.status,
        "type": row.type,
        "subject": row.subject,
        "attempts": row.attempts,
        "failure": row.last_failure,
        "detail": row.last_detail,
    }
