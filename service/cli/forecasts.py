"""replenish forecasts: where another planning system is in charge."""

import json
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from service.bootstrap import opened
from service.database.retry import write_again
from service.forecasts.scopes import (
    DEFAULT_MAX_AGE_DAYS,
    Area,
    NewScope,
    Use,
    scopes_in_force,
    stop_scope,
    use_outside,
)
from service.forecasts.tables import ForecastScopeRow
from service.http.problems import Problem
from service.work.business_date import business_date

forecasts = typer.Typer(
    name="forecasts",
    help="Where another planning system is in charge.",
    no_args_is_help=True,
    add_completion=False,
)

By = Annotated[str, typer.Option(help="who answers for it", min=1)]


@forecasts.command("use")
def use(  # noqa: PLR0913  one parameter per option of the command
    system: Annotated[str, typer.Argument(help="the system's code; 'own' for our own forecast")],
    *,
    kind: Annotated[Use, typer.Option("--as", help="what of it is used")],
    reason: Annotated[str, typer.Option(help="why, for those who come later")],
    by: By = "command line",
    location: Annotated[str | None, typer.Option(help="only there")] = None,
    item_group: Annotated[str | None, typer.Option(help="only items of this group")] = None,
    item: Annotated[str | None, typer.Option(help="only this item")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the last day")
    ] = None,
    max_age_days: Annotated[
        int, typer.Option(min=1, max=1000, help="older plans are not used")
    ] = DEFAULT_MAX_AGE_DAYS,
) -> None:
    """Use the forecast, or the recommendations, of a planning system from today on.

    The most specific scope decides: an item before its group, a location before all of them.
    """
    last = until.date() if until else None
    wanted = NewScope(system, kind, Area(location, item_group, item), reason, last, max_age_days)
    with opened() as context:
        now = context.clock()
        try:
            row = write_again(
                context.database,
                lambda session: use_outside(session, wanted, by, business_date(session, now), now),
            )
        except Problem as refusal:
            raise _refused(refusal) from refusal
        context.ring()
    typer.echo(f"{row.scope_id} {_sentence(row)}")


@forecasts.command("list")
def list_scopes(
    *, as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False
) -> None:
    """The scopes in force, the one that decides first."""
    with opened() as context, context.database.read() as session:
        rows = scopes_in_force(session, business_date(session, context.clock()))
    if as_json:
        typer.echo(json.dumps([_document(row) for row in rows]))
        return
    for row in rows:
        typer.echo(f"{row.scope_id} {_sentence(row)}")
    if not rows:
        typer.echo("Our own forecast is used everywhere.")


@forecasts.command()
def stop(
    scope_id: Annotated[UUID, typer.Argument(help="as listed")], by: By = "command line"
) -> None:
    """End a scope at once."""
    with opened() as context:
        try:
            row = write_again(
                context.database,
                lambda session: stop_scope(session, scope_id, by, context.clock()),
            )
        except Problem as refusal:
            raise _refused(refusal) from refusal
        context.ring()
    typer.echo(f"Stopped: {_sentence(row)}")


def _refused(refusal: Problem) -> typer.Exit:
    typer.echo(f"{refusal.body['title']}. {refusal.body['remedy']}".strip(), err=True)
    return typer.Exit(1)


def _sentence(row: ForecastScopeRow) -> str:
    item = row.item_id or (f"group {row.item_group}" if row.item_group else "all items")
    place = row.location_id or "all locations"
    until = f" until {row.valid_until}" if row.valid_until else ""
    return f"{row.use} of {row.system} for {item} at {place}{until}: {row.reason}"


def _document(row: ForecastScopeRow) -> dict[str, Any]:
    return {
        "scope_id": str(row.scope_id),
        "system": row.system,
        "use": row.use,
        "location_id": row.location_id,
        "item_group": row.item_group,
        "item_id": row.item_id,
        "max_age_days": row.max_age_days,
        "valid_from": _day(row.valid_from),
        "valid_until": _day(row.valid_until),
        "reason": row.reason,
        "created_by": row.created_by,
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
