"""replenish recompute: everything, now, in this process."""

import json
from typing import Annotated

import typer
from rich.console import Console

from service.bootstrap import opened
from service.cli.progress import progress_on
from service.policies.versions import ensure_default
from service.replenishment.full_pass import FullPassCounts, recompute_everything


def recompute(
    *,
    baseline: Annotated[bool, typer.Option(help="fit all baselines anew first")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Recompute all planned keys; under the policy that ships, if none was activated."""
    console = Console(stderr=True, quiet=as_json)
    with opened() as context, progress_on(console) as progress:
        with context.database.write() as session:
            ensure_default(session, context.clock())
        counts = recompute_everything(context, progress, refit=baseline)
    typer.echo(json.dumps(counts.to_json()) if as_json else _sentence(counts))


def _sentence(counts: FullPassCounts) -> str:
    outcomes = ", ".join(f"{number} {name}" for name, number in sorted(counts.outcomes.items()))
    return (
        f"{counts.series} series fitted, {counts.recommendations} recommendations changed"
        + (f" ({outcomes})" if outcomes else "")
        + "."
    )
