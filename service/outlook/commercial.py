"""The commercial outlook of a key: what its opportunities would add, week by week."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from forecasting.weekly_demand import DAYS
from rules.ordering.quantities import from_float, written
from service.outlook.coming_weeks import ComingWeeks
from service.outlook.telling import Telling, told_last
from service.replenishment.inputs import OpportunityInput

EVENT_TYPE = "commercial-outlook.revised"


def commercial_tellings(session: Session, weeks: Collection[ComingWeeks]) -> Iterator[Telling]:
    """The commercial outlook of each key that has deals, or of which deals were told before.

    A deal that was revised, won, lost or ordered is told, and so is a new week. How the demand
    of an open window moves with the days is told along.
    """
    tellings = [_telling(one) for one in weeks]
    told = told_last(session, tellings)
    for one, telling in zip(weeks, tellings, strict=True):
        if one.opportunities or telling.name in told:
            yield telling


def _telling(one: ComingWeeks) -> Telling:
    item_id, location_id = one.key
    deals = [_deal(opportunity) for opportunity in one.opportunities]
    content = {
        "item_id": item_id,
        "location_id": location_id,
        "unit": one.unit,
        "business_date": one.today.isoformat(),
        "weeks": _weeks(one),
        "opportunities": deals,
    }
    return Telling(
        type=EVENT_TYPE,
        subject=f"{_without_at(item_id)}@{_without_at(location_id)}",
        substance={
            "unit": one.unit,
            # Without deals no week has anything to tell, and so none is news.
            "first_week": one.weeks[0].isoformat() if deals else None,
            "opportunities": deals,
        },
        body=lambda version: {**content, "version": version},
    )


def _without_at(code: str) -> str:
    """So that no two keys share a subject."""
    return code.replace("%", "%25").replace("@", "%40")


def _weeks(one: ComingWeeks) -> list[dict[str, Any]]:
    """``weighed``: with win probabilities; ``if_won``: as if all that is open were won.

    Both are less the usual demand that a deal takes the place of, and may be below zero.
    """
    weighed, if_won = one.expected(one.effect), one.expected(one.if_won)
    return [
        {
            "start": start.isoformat(),
            "end": (start + timedelta(days=DAYS - 1)).isoformat(),
            "weighed": written(from_float(float(weighed[number]))),
            "if_won": written(from_float(float(if_won[number]))),
        }
        for number, start in enumerate(one.weeks)
    ]


def _deal(one: OpportunityInput) -> dict[str, Any]:
    return {
        "system": one.system,
        "opportunity_id": one.opportunity_id,
        "opportunity": one.opportunity,
        "version": one.source_version,
        "account_id": one.account_id,
        "status": one.status,
        "quantity_basis": one.quantity_basis,
        "quantity": written(one.quantity),
        "ordered": written(one.ordered),
        "win_probability": str(one.win_probability),
        "window_start": one.window_start.isoformat(),
        "window_end": one.window_end.isoformat(),
    }
