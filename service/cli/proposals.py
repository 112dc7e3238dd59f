"""replenish proposals: what is on offer."""

import json
from typing import Annotated

import typer

from service.bootstrap import opened
from service.proposals.listing import LARGEST_PAGE, ListFilter, list_proposals
from service.proposals.states import State


def proposals(
    state: Annotated[list[State] | None, typer.Option(help="only these; repeat for more")] = None,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST_PAGE)] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """List proposals, longest unchanged first: reference, state, quantity, item and location."""
    wanted = ListFilter(tuple(one.value for one in state or ()))
    with opened() as context, context.database.read() as session:
        page = list_proposals(session, wanted, None, limit)["proposals"]
    if as_json:
        typer.echo(json.dumps(page))
        return
    for one in page:
        place = f"{one['item_id']} for {one['location_id']}"
        typer.echo(f"{one['external_ref']} {one['state']} {one['quantity']} {one['unit']} {place}")
