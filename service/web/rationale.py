"""Why this quantity: the explanation, the demand behind it and the rule that fired, for a page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.feeds.tables import AccountRow, ItemRow, LocationRow
from service.forecasts.tables import SeriesForecastRow
from service.replenishment.tables import DecisionRow, RecommendationRow
from service.signals.tables import DemandSignalRow
from service.web.charts import (
    DemandChart,
    DemandPicture,
    ExpectedDelivery,
    ForecastWeek,
    demand_chart,
)
from service.web.demand_history import WeekOfDemand, weekly_demand
from service.web.provenance import Provenance, provenance_of
from service.web.terms import TermLine, opportunity_address, opportunity_terms, term_lines
from service.work.dirty_keys import Key

WIDE = (720, 250)
NARROW = (330, 220)
NARROW_WEEKS = 17


@dataclass(frozen=True)
class OpportunityLine:
    """An opportunity line as the recommendation counted it."""

    name: str
    signal_id: str
    account: str
    address: str
    status: str
    stage: str
    quantity_basis: str
    quantity: Decimal
    ordered: Decimal
    win_probability: Decimal
    window_start: date
    window_end: date
    expected: Decimal


@dataclass(frozen=True)
class Rationale:
    """Everything that a page shows about why a quantity was recommended."""

    recommendation: RecommendationRow
    decision: DecisionRow | None
    inputs: Mapping[str, Any]
    lines: list[TermLine]
    unit: str
    history: list[WeekOfDemand]
    forecast: SeriesForecastRow | None
    week: ForecastWeek | None
    opportunities: list[OpportunityLine]
    provenance: Provenance
    wide_chart: DemandChart
    narrow_chart: DemandChart


def rationale_of(
    session: Session, recommendation: RecommendationRow, decision: DecisionRow | None
) -> Rationale:
    """Read what stands behind ``recommendation``, as it was computed then."""
    key = recommendation.item_id, recommendation.location_id
    inputs, today = recommendation.inputs, recommendation.business_date
    week_start = session.scalar(
        select(LocationRow.week_start).where(LocationRow.location_id == key[1])
    )
    forecast = session.get(SeriesForecastRow, key)
    history = weekly_demand(session, key, today, week_start or 1)
    opportunities = _opportunities(session, recommendation)
    picture = DemandPicture(
        history=_from_first_sale(history),
        today=today,
        interval_days=forecast.interval_days if forecast else 0,
        forecast=_week(forecast),
        deliveries=[
            ExpectedDelivery(one.name, one.window_start, one.window_end, float(one.expected))
            for one in opportunities
        ],
    )
    return Rationale(
        recommendation=recommendation,
        decision=decision,
        inputs=inputs,
        lines=term_lines(recommendation.explanation, _addresses(opportunities)),
        unit=str(recommendation.explanation.get("unit", "")),
        history=history,
        forecast=forecast,
        week=picture.forecast,
        opportunities=opportunities,
        provenance=provenance_of(session, key, inputs.get("terms", {}).get("supplier_id")),
        wide_chart=demand_chart(picture, *WIDE),
        narrow_chart=demand_chart(
            replace(picture, history=picture.history[-NARROW_WEEKS:]), *NARROW
        ),
    )


def _opportunities(session: Session, recommendation: RecommendationRow) -> list[OpportunityLine]:
    counted = recommendation.inputs.get("opportunities", ())
    expected = opportunity_terms(recommendation.explanation)
    accounts = _account_names(session, {str(one["account_id"]) for one in counted})
    signals = _signals(session, recommendation.item_id)
    lines = []
    for one in counted:
        name = str(one["opportunity"])
        signal_id = str(one["signal_id"])
        signal = signals.get(signal_id)
        account = str(one["account_id"])
        lines.append(
            OpportunityLine(
                name=name,
                signal_id=signal_id,
                account=accounts.get(account, account),
                address=opportunity_address(signal.system, signal.opportunity_id) if signal else "",
                status=str(one["status"]),
                stage=signal.stage if signal else "",
                quantity_basis=str(one["quantity_basis"]),
                quantity=Decimal(str(one["quantity"])),
                ordered=Decimal(str(one["ordered"])),
                win_probability=Decimal(str(one["win_probability"])),
                window_start=date.fromisoformat(one["window_start"]),
                window_end=date.fromisoformat(one["window_end"]),
                expected=expected.get(name, expected.get(signal_id, Decimal(0))),
            )
        )
    return lines


def _addresses(opportunities: list[OpportunityLine]) -> dict[str, str]:
    by_name = {one.name: one.address for one in opportunities}
    return by_name | {one.signal_id: one.address for one in opportunities}


def _signals(session: Session, item_id: str) -> dict[str, DemandSignalRow]:
    rows = session.scalars(select(DemandSignalRow).where(DemandSignalRow.item_id == item_id))
    return {str(row.signal_id): row for row in rows}


def _account_names(session: Session, account_ids: set[str]) -> dict[str, str]:
    rows = session.execute(
        select(AccountRow.account_id, AccountRow.name).where(AccountRow.account_id.in_(account_ids))
    )
    return {row.account_id: row.name or row.account_id for row in rows}


def _week(forecast: SeriesForecastRow | None) -> ForecastWeek | None:
    if forecast is None or len(forecast.week_quantiles) != 3:  # noqa: PLR2004  .1, .5 and .9
        return None
    low, median, high = (float(value) for value in forecast.week_quantiles)
    return ForecastWeek(low, median, high)


def _from_first_sale(history: list[WeekOfDemand]) -> list[WeekOfDemand]:
    """The weeks from the first sale on, at least half a year: leading zeros are no demand."""
    sold = [index for index, week in enumerate(history) if week.quantity]
    start = min(sold[0] if sold else len(history), len(history) - 26)
    return history[max(start, 0) :]


def names_of(session: Session, key: Key) -> tuple[str, str]:
    """What the item and the location of ``key`` are called."""
    item_id, location_id = key
    item = session.scalar(select(ItemRow.description).where(ItemRow.item_id == item_id))
    location = session.scalar(
        select(LocationRow.name).where(LocationRow.location_id == location_id)
    )
    return item or item_id, location or location_id
