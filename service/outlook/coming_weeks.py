"""What some keys will need in the coming weeks: the usual demand, and what deals would add."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.demand import OpportunityStatus
from forecasting.quantile_levels import FloatArray
from forecasting.weekly_demand import DAYS, WeeklyEffect, weekly_effect
from service.context import ServiceContext
from service.database.key_sets import rows_of_keys
from service.feeds.code_sets import one_of
from service.feeds.tables import ItemRow, LocationRow
from service.forecasts.order_links import linked_demand
from service.forecasts.planned_keys import terms_in_force
from service.forecasts.tables import SeriesForecastRow
from service.outlook.usual_weeks import UsualWeeks, usual_weeks
from service.replenishment.inputs import OpportunityInput
from service.replenishment.open_demand import still_expected
from service.replenishment.opportunity_inputs import opportunity_inputs
from service.replenishment.past_windows import Graces
from service.replenishment.simulation import opportunity_frame
from service.work.business_date import business_date
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class ComingWeeks:
    """A key's weeks, from the one that holds today on, and the deals that may fall into them.

    ``forecast`` is our own baseline; None where nobody plans the key, or none is fitted yet.
    ``usual`` is what is planned with: overridden, and another system's where that is in charge.
    ``effect`` weighs each deal with its win probability; ``if_won`` takes open ones as won.
    """

    key: Key
    unit: str
    today: date
    weeks: tuple[date, ...]
    forecast: SeriesForecastRow | None
    opportunities: tuple[OpportunityInput, ...]
    effect: WeeklyEffect
    if_won: WeeklyEffect
    usual: UsualWeeks = field(default_factory=UsualWeeks)

    @property
    def end(self) -> date:
        """The last day of the last week."""
        return self.weeks[-1] + timedelta(days=DAYS - 1)

    def expected(self, effect: WeeklyEffect) -> FloatArray:
        """What the deals together change in each week, (weeks,)."""
        usual = np.array([week.mean for week in self.usual.weeks] or [0.0])
        total: FloatArray = effect.expected(usual).sum(axis=0)
        return total


def coming_weeks(
    session: Session, context: ServiceContext, keys: Collection[Key], now: datetime
) -> Iterator[ComingWeeks]:
    """The coming weeks of those ``keys`` whose item and location are in use, in key order."""
    today = business_date(session, now)
    count = context.settings.forecast_weeks
    units, starts = _units(session, keys), _week_starts(session, keys)
    known = sorted(key for key in keys if key[0] in units and key[1] in starts)
    weeks = {key: _weeks(today, starts[key[1]], count) for key in known}
    settings = context.settings
    graces = Graces(settings.won_without_order_days, settings.open_past_window_days)
    deals = _deals(session, weeks, today, graces)
    forecasts = _forecasts(session, known)
    usual = usual_weeks(session, forecasts, weeks, today)
    expected = {
        key: still_expected(opportunities, graces, today) for key, opportunities in deals.items()
    }
    effects = _effects(expected, weeks, today)
    won = {key: [_as_won(one) for one in opportunities] for key, opportunities in expected.items()}
    if_won = effects if won == expected else _effects(won, weeks, today)
    for key in known:
        yield ComingWeeks(
            key=key,
            unit=units[key[0]],
            today=today,
            weeks=weeks[key],
            forecast=forecasts.get(key),
            opportunities=deals.get(key, ()),
            effect=effects[key],
            if_won=if_won[key],
            usual=usual.get(key, UsualWeeks()),
        )


def _effects(
    deals: Mapping[Key, Sequence[OpportunityInput]],
    weeks: Mapping[Key, tuple[date, ...]],
    today: date,
) -> dict[Key, WeeklyEffect]:
    """The effect of each key's deals; keys with the same weeks are computed at once."""
    alike: defaultdict[tuple[date, ...], list[Key]] = defaultdict(list)
    for key, days in weeks.items():
        alike[days].append(key)
    effects: dict[Key, WeeklyEffect] = {}
    for days, keys in alike.items():
        pairs = [(key, one) for key in keys for one in deals.get(key, ())]
        if not pairs:
            effects |= dict.fromkeys(keys, WeeklyEffect.of_nothing(len(days)))
            continue
        together = weekly_effect(opportunity_frame(pairs), days, today)
        place = 0
        for key in keys:
            end = place + len(deals.get(key, ()))
            effects[key] = together.take(slice(place, end))
            place = end
    return effects


def _as_won(one: OpportunityInput) -> OpportunityInput:
    if one.status != OpportunityStatus.OPEN:
        return one
    return one.model_copy(update={"status": OpportunityStatus.WON.value})


def _weeks(today: date, week_start: int, count: int) -> tuple[date, ...]:
    first = today - timedelta(days=(today.isoweekday() - week_start) % DAYS)
    return tuple(first + timedelta(days=DAYS * number) for number in range(count))


def _deals(
    session: Session, weeks: Mapping[Key, tuple[date, ...]], today: date, graces: Graces
) -> dict[Key, tuple[OpportunityInput, ...]]:
    """The deals that still count at each key, with their windows as the CRM told them."""
    ends = {key: days[-1] + timedelta(days=DAYS) for key, days in weeks.items()}
    found = opportunity_inputs(session, linked_demand(session, weeks.keys()), ends, today, graces)
    return {
        key: tuple(one for one in opportunities if still_expected([one], graces, today))
        for key, opportunities in found.items()
    }


def _forecasts(session: Session, keys: Collection[Key]) -> dict[Key, SeriesForecastRow]:
    planned = terms_in_force(session, keys).keys()
    rows = select(SeriesForecastRow.item_id, SeriesForecastRow.location_id, SeriesForecastRow)
    found: Any = rows_of_keys(session, rows, SeriesForecastRow.item_id, planned)
    return {(item_id, location_id): row for item_id, location_id, row in found}


def _units(session: Session, keys: Collection[Key]) -> dict[str, str]:
    wanted = one_of(session, ItemRow.item_id, {item_id for item_id, _ in keys})
    rows = session.execute(
        select(ItemRow.item_id, ItemRow.base_unit).where(wanted, ItemRow.gone.is_(False))
    )
    return {row[0]: row[1] for row in rows}


def _week_starts(session: Session, keys: Collection[Key]) -> dict[str, int]:
    wanted = one_of(session, LocationRow.location_id, {location_id for _, location_id in keys})
    rows = session.execute(
        select(LocationRow.location_id, LocationRow.week_start).where(
            wanted, LocationRow.gone.is_(False)
        )
    )
    return {row[0]: row[1] for row in rows}
