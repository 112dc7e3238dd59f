"""replenish people: who may log in."""

import sys
from typing import Annotated

import typer

from service.access.people import NewPerson, RefusedPersonError, Role, create_person
from service.bootstrap import opened

people = typer.Typer(
    name="people",
    help="People who decide in the browser.",
    no_args_is_help=True,
    add_completion=False,
)


@people.callback()
def _people() -> None:
    """A group, even while it has one command."""


@people.command()
def create(
    login: Annotated[str, typer.Argument(help="what the person types to log in")],
    role: Annotated[Role, typer.Option(help="planner, lead or admin")],
    name: Annotated[str, typer.Option(help="shown beside decisions; the log-in by default")] = "",
) -> None:
    """Add a person. The password is asked for; from a pipe it is the first line."""
    password = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )
    person = NewPerson(login, name or login, role, password)
    try:
        with opened() as context, context.database.write() as session:
            create_person(session, person, context.clock())
    except RefusedPersonError as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal
    typer.echo(f"{login} may log in as {role}.")
