"""replenish explain: a proposal's story, backwards."""

import json
from typing import Annotated

import typer
from rich.console import Console

from service.bootstrap import opened
from service.cli.story_page import print_story
from service.replenishment.story import tell_story


def explain(
    proposal: Annotated[str, typer.Argument(help="the proposal's external_ref")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Why this quantity: from the proposal back to the messages, with versions."""
    with opened() as context, context.database.read() as session:
        story = tell_story(session, proposal)
    if story is None:
        typer.echo(f"There is no proposal {proposal}.", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(story))
    else:
        print_story(story, Console())
