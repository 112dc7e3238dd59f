"""replenish replay: a stored decision, computed again."""

import json
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import typer

from rules.ordering.quantities import readable
from service.bootstrap import opened
from service.replenishment.replay import replay as replay_decision


def replay(
    decision: Annotated[UUID, typer.Argument(help="the decision's id, as explain shows it")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Compute a past decision again from its stored inputs; exit 1 if anything differs."""
    with opened() as context, context.database.read() as session:
        found = replay_decision(session, decision)
    if found is None:
        typer.echo(f"There is no decision {decision}.", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps({"identical": not found.differences, "replayed": found.replayed}))
    elif found.differences:
        typer.echo("Different: " + ", ".join(found.differences), err=True)
    else:
        typer.echo(
            f"Identical: {found.replayed['outcome']} by {found.replayed['rule_id']}, "
            f"quantity {readable(Decimal(found.replayed['quantity']))}."
        )
    if found.differences:
        raise typer.Exit(1)
