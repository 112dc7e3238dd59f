"""replenish demo: real sales, made-up deals, the whole line, in one command."""

import time

from rich.console import Console

from service.cli.progress import progress_on
from service.cli.serve import prepare, run_server
from service.cli.welcome import print_welcome
from service.demo.counts import count
from service.demo.credentials import ensure_credentials
from service.demo.load import load
from service.demo.next_steps import next_steps
from service.replenishment.full_pass import recompute_everything
from service.settings import Settings


def demo() -> None:
    """Load the demo's data if need be, plan it, and serve it until Ctrl-C."""
    began = time.monotonic()
    console = Console()
    console.print("[bold]Pegline demo[/bold]: real sales lines; terms, stock and deals made up.")
    context = prepare(Settings())
    with progress_on(console) as report:
        if not load(context, report).already_there:
            recompute_everything(context, report)
    credentials = ensure_credentials(context)
    with context.database.read() as session:
        counts = count(session)

    def announce(url: str) -> None:
        with context.database.read() as session:
            steps = next_steps(session, url, credentials)
        print_welcome(console, url, credentials, counts)
        for step in steps:
            console.print(f"\n{step.title}", highlight=False)
            console.print(step.command, soft_wrap=True, markup=False, highlight=False)
        console.print(f"\nReady after {time.monotonic() - began:.1f} s. Ctrl-C stops all of it.")

    run_server(context, worker=True, on_started=announce)
