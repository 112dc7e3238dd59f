"""What the demo says when it is ready: where it is, who may enter, what it holds."""

from rich.console import Console
from rich.table import Table

from service.demo.counts import DemoCounts
from service.demo.credentials import DemoCredentials


def print_welcome(
    console: Console, url: str, credentials: DemoCredentials, counts: DemoCounts
) -> None:
    """Print the address, the log-ins and the counts."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("series forecast", f"{counts.series:,}")
    if counts.forecast:
        table.add_row("their pinball loss", _pinball(counts.forecast))
        table.add_row("their quantiles hold", _coverage(counts.forecast))
    table.add_row("signals taken", f"{counts.signals:,} ({counts.exceptions} exceptions are open)")
    table.add_row("recommendations made", f"{counts.recommendations:,}")
    table.add_row("auto-approved", f"{counts.auto_approved:,}")
    table.add_row("in review", f"{counts.in_review:,}")
    table.add_row("held", f"{counts.held:,}")
    console.print()
    console.print(table)
    console.print(f"\nOpen [bold]{url}[/bold] and log in as")
    for login, password in credentials.passwords.items():
        console.print(f"  {login:<8} password  {password}", highlight=False, markup=False)


def _pinball(figures: dict[str, float]) -> str:
    """In the rolling back-test, over the quantiles that are judged."""
    return f"{figures['pinball_ours']:.2f} (naive forecast {figures['pinball_naive']:.2f})"


def _coverage(figures: dict[str, float]) -> str:
    """How often demand stayed below each quantile in the rolling back-test."""
    levels = (50, 80, 90, 95, 99)
    return ", ".join(f"{level}: {figures[f'coverage_ours_{level}']:.1%}" for level in levels)
