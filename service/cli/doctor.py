"""replenish doctor."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from service.bootstrap import opened
from service.doctor.examination import examine
from service.doctor.finding import Finding, Health

_COLOURS = {Health.OK: "green", Health.NOTE: "yellow", Health.FAULT: "red"}


def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False
) -> None:
    """Check this installation: packages, machine, database, forecast runs; exit 1 on a fault."""
    with opened() as context:
        findings = examine(context)
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        Console().print(_table(findings))
    if any(finding.health is Health.FAULT for finding in findings):
        raise typer.Exit(1)


def _table(findings: list[Finding]) -> Table:
    table = Table("check", "", "finding", "remedy", box=None, padding=(0, 2, 0, 0))
    for finding in findings:
        colour = _COLOURS[finding.health]
        remedy = finding.remedy if finding.health is not Health.OK else ""
        table.add_row(
            finding.check, f"[{colour}]{finding.health}[/{colour}]", finding.detail, remedy
        )
    return table
