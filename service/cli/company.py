"""replenish company: whose planning day it is."""

from typing import Annotated
from zoneinfo import available_timezones

import typer

from service.bootstrap import opened
from service.database.upsert import upsert
from service.work.tables import CompanyRow


def company(
    title: Annotated[str, typer.Argument(help="shown on every page")],
    time_zone: Annotated[str, typer.Option(help="in which the planning day begins and ends")],
    currency: Annotated[str, typer.Option(help="ISO code, for sums on the pages")],
) -> None:
    """Say which company this installation serves; until then the planning day is that of UTC."""
    if time_zone not in available_timezones():
        typer.echo(f"{time_zone!r} is no time zone; write for example 'Europe/London'.", err=True)
        raise typer.Exit(1)
    row = {
        "name": "company",
        "title": title,
        "time_zone": time_zone,
        "currency": currency,
        "business_date": None,
        "notice": "",
    }
    with opened() as context:
        with context.database.write() as session:
            upsert(session, CompanyRow, [row], key=("name",), keep=("business_date", "notice"))
        context.ring()
    typer.echo(f"{title} plans by the clocks of {time_zone}, in {currency}.")
