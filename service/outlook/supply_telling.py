"""When a supply outlook is news, and how it is told."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from adapters.canonical.outlook import LineOutlook, SupplyOutlook
from service.context import ServiceContext
from service.feeds.code_names import name_of
from service.outlook.supply_lines import opportunities_at
from service.outlook.supply_outlooks import KnownOutlook, supply_outlooks
from service.outlook.telling import Telling
from service.work.dirty_keys import Key

EVENT_TYPE = "supply-outlook.changed"

_FIGURES = {
    "supplied",
    "uncovered",
    "covered_on",
    "note",
    "shortage_probability",
    "shortage_probability_if_won",
}
_RISKS = ("shortage_probability", "shortage_probability_if_won")


def supply_tellings(
    session: Session, context: ServiceContext, keys: Collection[Key], now: datetime
) -> Iterable[Telling]:
    """The outlook of every opportunity that is planned at ``keys``, or was until lately."""
    opportunities = opportunities_at(session, keys, now)
    return [telling_of(one) for one in supply_outlooks(session, context, opportunities, now)]


def telling_of(known: KnownOutlook) -> Telling:
    """The outlook as it may be told.

    What the CRM says itself, and what is ordered, is told whenever it differs. The rest moves
    with each day that passes, and is told where something has happened: see ``Telling``.
    """
    outlook = known.outlook
    return Telling(
        type=EVENT_TYPE,
        subject=name_of(outlook.system, outlook.opportunity_id),
        substance={
            line.line_id: line.model_dump(mode="json", exclude=_FIGURES) for line in outlook.lines
        },
        body=lambda version: body_of(outlook, version),
        measures={
            f"{line.line_id}/{name}": risk
            for line in outlook.lines
            for name in _RISKS
            if isinstance(risk := getattr(line, name), Decimal)
        },
        figures={line.line_id: _figures(line, outlook.business_date) for line in outlook.lines},
        facts=known.facts,
    )


def body_of(outlook: SupplyOutlook, version: int) -> dict[str, Any]:
    """The outlook as JSON values, under a version."""
    return outlook.model_copy(update={"version": version}).model_dump(mode="json")


def _figures(line: LineOutlook, today: date) -> dict[str, Any]:
    """What is there today is there; that it was there yesterday too is no difference."""
    told = line.model_dump(mode="json", include={"supplied", "uncovered", "note"})
    for part, supplied in zip(told["supplied"], line.supplied, strict=True):
        part["available_on"] = _day(supplied.available_on, today)
    return {**told, "covered_on": _day(line.covered_on, today)}


def _day(day: date | None, today: date) -> str | None:
    if day is None:
        return None
    return "now" if day <= today else day.isoformat()
