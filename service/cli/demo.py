"""replenish demo: a company's data, the whole line, in one command."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from adapters.canonical.proposal import ProposalKind
from service.cli.progress import progress_on
from service.cli.serve import prepare, run_server
from service.cli.welcome import print_welcome
from service.context import ServiceContext
from service.demo.company import OtherCompanyError
from service.demo.counts import count
from service.demo.credentials import ensure_credentials
from service.demo.load import load
from service.demo.load_distribution import load_distribution
from service.demo.loading import DemoLoad
from service.demo.next_steps import Story, next_steps
from service.progress import Report
from service.replenishment.full_pass import recompute_everything
from service.settings import Settings


class DemoName(StrEnum):
    """The demos; each needs a data directory of its own."""

    ONLINE_RETAIL = "online-retail"
    DISTRIBUTION = "distribution"


@dataclass(frozen=True)
class _Show:
    subtitle: str
    load: Callable[[ServiceContext, Report], DemoLoad]
    story: Story


_SHOWS = {
    DemoName.ONLINE_RETAIL: _Show(
        "real sales lines; terms, stock and deals made up.", load, Story()
    ),
    DemoName.DISTRIBUTION: _Show(
        "a centre, its shops and suppliers, all of it invented by frePPLe (MIT); deals simulated.",
        load_distribution,
        Story(deal=40, kinds=(ProposalKind.TRANSFER, ProposalKind.REQUISITION)),
    ),
}


def demo(
    name: Annotated[DemoName, typer.Argument(help="which company")] = DemoName.ONLINE_RETAIL,
) -> None:
    """Load a demo's data if need be, plan it, and serve it until Ctrl-C."""
    began = time.monotonic()
    console = Console()
    show = _SHOWS[name]
    console.print(f"[bold]Pegline demo[/bold]: {show.subtitle}")
    context = prepare(Settings())
    try:
        _load_and_plan(context, console, show)
    except OtherCompanyError as refusal:
        context.database.close()
        typer.echo(f"Nothing was loaded: {refusal}.", err=True)
        raise typer.Exit(1) from refusal
    credentials = ensure_credentials(context)
    with context.database.read() as session:
        counts = count(session)

    def announce(url: str) -> None:
        with context.database.read() as session:
            steps = next_steps(session, url, credentials, show.story)
        print_welcome(console, url, credentials, counts)
        for step in steps:
            console.print(f"\n{step.title}", highlight=False)
            console.print(step.command, soft_wrap=True, markup=False, highlight=False)
        console.print(f"\nReady after {time.monotonic() - began:.1f} s. Ctrl-C stops all of it.")

    run_server(context, worker=True, on_started=announce)


def _load_and_plan(context: ServiceContext, console: Console, show: _Show) -> None:
    with progress_on(console) as report:
        if not show.load(context, report).already_there:
            recompute_everything(context, report)
