"""replenish policies: which rules decide."""

from pathlib import Path
from typing import Annotated

import typer

from rules.policy import PolicyError
from service.bootstrap import opened
from service.http.problems import Problem
from service.policies.versions import activate as activate_version
from service.replenishment.recompute import mark_all_planned

policies = typer.Typer(
    name="policies", help="Policy versions.", no_args_is_help=True, add_completion=False
)


@policies.callback()
def _policies() -> None:
    """A group, even while it has one command."""


@policies.command()
def activate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the policy as TOML")],
    by: Annotated[str, typer.Option(help="who answers for it")],
) -> None:
    """Check a policy, store it as a version, and recompute everything under it."""
    source = file.read_text(encoding="utf-8")
    try:
        with opened() as context:
            with context.database.write() as session:
                policy = activate_version(session, source, by, context.clock())
            marked = mark_all_planned(context, "policy")
    except (PolicyError, Problem) as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal
    typer.echo(
        f"{policy.name} version {policy.version} ({policy.hash[:12]}): {marked} keys marked."
    )
