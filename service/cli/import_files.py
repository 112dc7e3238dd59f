"""replenish import: history, master data and orders under way from files, at go-live."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.bootstrap import opened
from service.cli.progress import progress_on
from service.context import ServiceContext
from service.feeds.batches import Outcome
from service.go_live.dry_run import QualityReport, examine_file
from service.go_live.kinds import ImportKind
from service.go_live.mapping import MappingError, read_mapping
from service.go_live.quality import Weight
from service.go_live.report_files import write_refused, write_report
from service.go_live.row_import import (
    Imported,
    ImportJob,
    TooManyExceptionsError,
    import_file,
)
from service.progress import Report

_SHOWN = 5


def take_files(  # noqa: PLR0913, PLR0917  each is an option of the command
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    kind: Annotated[ImportKind, typer.Option(help="what the files hold")],
    system: Annotated[str, typer.Option(help="the system they come from")],
    mapping: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="their columns, as TOML")
    ] = None,
    report: Annotated[Path | None, typer.Option(file_okay=False, help="folder for reports")] = None,
    most_exceptions: Annotated[int, typer.Option(min=0, help="stop before there are more")] = 1000,
    *,
    dry_run: Annotated[bool, typer.Option(help="only say what is in them; 1 if it blocks")] = False,
) -> None:
    """Import CSV (also .gz) and Parquet files; run again after a crash, it goes on."""
    console = Console(stderr=True)
    blocked = False
    try:
        told = read_mapping(mapping)
        with opened() as context, progress_on(console) as progress:
            for path in files:
                job = ImportJob(path, kind, system, told, most_exceptions)
                if dry_run:
                    blocked |= _examine(context, job, progress, report)
                else:
                    blocked |= _import(context, job, progress, report)
    except MappingError as error:
        typer.echo(f"Nothing was imported: {error}", err=True)
        raise typer.Exit(1) from error
    except TooManyExceptionsError as error:
        typer.echo(f"The import stopped: {error}.", err=True)
        raise typer.Exit(1) from error
    if blocked:
        raise typer.Exit(1)


def _examine(
    context: ServiceContext, job: ImportJob, progress: Report, folder: Path | None
) -> bool:
    found = examine_file(context, job, progress)
    _print_findings(found)
    for path in write_report(found, folder) if folder else ():
        typer.echo(f"  written: {path}")
    return any(one.weight is Weight.BLOCKS for one in found.findings)


def _print_findings(found: QualityReport) -> None:
    verdicts = ", ".join(
        f"{found.verdicts.get(name, 0):,} would be {word}"
        for name, word in (
            (Outcome.STORED, "stored"),
            (Outcome.EXCEPTION, "exceptions"),
            (Outcome.REJECTED, "rejected"),
        )
    )
    typer.echo(f"{found.job.path.name}: {found.rows:,} rows; {verdicts}. Nothing was written.")
    for one in found.findings:
        typer.echo(f"  [{one.weight}] {one.check}: {one.count:,} {one.detail}")
        for example in one.examples:
            typer.echo(f"      {example}")
        if one.remedy:
            typer.echo(f"      -> {one.remedy}")


def _import(context: ServiceContext, job: ImportJob, progress: Report, folder: Path | None) -> bool:
    done = import_file(context, job, progress)
    counts = ", ".join(f"{number:,} {name}" for name, number in sorted(done.counts.items()))
    typer.echo(f"{job.path.name}: {counts or 'no rows'}.")
    _print_refused(done)
    if folder and done.refused:
        typer.echo(f"  all of them: {write_refused(done, job.path, folder)}")
    return done.counts[Outcome.REJECTED] > 0


def _print_refused(done: Imported) -> None:
    for one in done.refused[:_SHOWN]:
        typer.echo(f"  line {one.line}, {one.result}: {one.detail} {one.remedy}")
    if len(done.refused) > _SHOWN:
        typer.echo(f"  and {len(done.refused) - _SHOWN:,} more; --report DIR writes them all")
