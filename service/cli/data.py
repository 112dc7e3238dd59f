"""replenish data: how often data is expected, and how old it is."""

import json
from typing import Annotated

import typer

from service.bootstrap import opened
from service.feeds.batches import FeedKind
from service.go_live.data_age import data_ages, in_words
from service.go_live.rhythms import expect as expect_rhythm
from service.go_live.rhythms import span

data = typer.Typer(
    name="data", help="The data that planning rests on.", no_args_is_help=True, add_completion=False
)


@data.command()
def expect(
    system: Annotated[str, typer.Argument(help="the system's code, as in its key")],
    kind: Annotated[FeedKind, typer.Argument(help="the kind of data")],
    every: Annotated[str, typer.Option(help="6h, 1d, 2w")],
) -> None:
    """Say how often a system sends a kind of data; later than that it shows as late."""
    try:
        rhythm = span(every)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--every") from error
    with opened() as context, context.database.write() as session:
        expect_rhythm(session, system, kind, rhythm, context.clock())
    typer.echo(f"{kind} of {system} are expected every {in_words(rhythm)}.")


@data.command()
def age(*, as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Say when each system's data last came in, what is late first."""
    with opened() as context, context.database.read() as session:
        ages = data_ages(session, context.clock())
    if as_json:
        typer.echo(json.dumps([one.to_json() for one in ages], indent=2))
        return
    for one in ages:
        said = f"{one.system} {one.kind}: {one.aged}, expected every {one.rhythm}. {one.late}"
        typer.echo(said.rstrip())
