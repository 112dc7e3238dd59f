"""Whose word counts where: our own forecast, another system's, or another's recommendation.

The most specific scope that holds a key decides: an item before its group before all items, and
among those a location before all locations. Of scopes that are as specific the newest decides.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import product
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.database.base import new_id
from service.feeds.code_sets import one_of
from service.feeds.cross_references import CodeKind, existing
from service.feeds.tables import ItemRow
from service.forecasts.planned_keys import terms_in_force
from service.forecasts.tables import ForecastScopeRow
from service.http.problems import Problem
from service.work import dirty_keys
from service.work.dirty_keys import Key

OWN = "own"
"""Our own forecast, as the system of a scope."""

DEFAULT_MAX_AGE_DAYS = 35
"""A monthly plan that comes a few days late is still used."""

_CAUSE = "forecast_scope"


class Use(StrEnum):
    """What is used of another system: its forecast of the usual demand, or what it would order."""

    FORECAST = "forecast"
    RECOMMENDATION = "recommendation"


@dataclass(frozen=True)
class Area:
    """Which keys a scope holds; None leaves it open."""

    location_id: str | None = None
    item_group: str | None = None
    item_id: str | None = None


@dataclass(frozen=True)
class NewScope:
    """A scope to be put in force; the last day ``until`` is included."""

    system: str
    use: Use
    area: Area
    reason: str
    until: date | None = None
    max_age_days: int = DEFAULT_MAX_AGE_DAYS


def use_outside(
    session: Session, wanted: NewScope, actor: str, today: date, now: datetime
) -> ForecastScopeRow:
    """Put a scope in force from today on, and mark the keys that it holds.

    Raises Problem 422 for an item, group or location that does not exist and for a day that is
    over.
    """
    _check(session, wanted, today)
    row = ForecastScopeRow(
        scope_id=new_id(),
        system=wanted.system,
        use=wanted.use.value,
        **vars(wanted.area),
        max_age_days=wanted.max_age_days,
        valid_from=today,
        valid_until=wanted.until,
        reason=wanted.reason,
        created_by=actor,
        created_at=now,
    )
    session.add(row)
    session.flush()
    _mark(session, wanted.area, now)
    return row


def stop_scope(session: Session, scope_id: UUID, actor: str, now: datetime) -> ForecastScopeRow:
    """End a scope at once, and mark the keys that it held.

    Raises Problem 404 or 409 where there is none, or where it has been stopped before.
    """
    row = session.get(ForecastScopeRow, scope_id, with_for_update=True)
    if row is None:
        raise Problem(
            404, "unknown-scope", "There is no such scope", remedy="replenish forecasts list"
        )
    if row.stopped_at is not None:
        raise Problem(409, "scope-stopped", "The scope has been stopped already")
    row.stopped_at, row.stopped_by = now, actor
    _mark(session, _area(row), now)
    return row


def scopes_in_force(session: Session, today: date) -> list[ForecastScopeRow]:
    """The scopes that hold today, the one that decides first."""
    rows = session.scalars(
        select(ForecastScopeRow).where(
            ForecastScopeRow.stopped_at.is_(None),
            ForecastScopeRow.valid_from <= today,
            or_(ForecastScopeRow.valid_until.is_(None), ForecastScopeRow.valid_until >= today),
        )
    )
    return sorted(rows, key=_rank, reverse=True)


def deciding_scopes(
    session: Session, keys: Collection[Key], today: date
) -> dict[Key, ForecastScopeRow]:
    """The scope that decides for each of ``keys``, where it names another system than our own."""
    scopes = scopes_in_force(session, today)
    if not scopes:
        return {}
    by_area: dict[Area, ForecastScopeRow] = {}
    for scope in scopes:
        by_area.setdefault(_area(scope), scope)
    groups = _groups(session, {item_id for item_id, _ in keys})
    decided = {key: _first(by_area, key, groups.get(key[0])) for key in keys}
    return {key: scope for key, scope in decided.items() if scope and scope.system != OWN}


def _rank(scope: ForecastScopeRow) -> tuple[bool, bool, bool, datetime, UUID]:
    return (
        scope.item_id is not None,
        scope.item_group is not None,
        scope.location_id is not None,
        scope.created_at,
        scope.scope_id,
    )


def _area(scope: ForecastScopeRow) -> Area:
    return Area(scope.location_id, scope.item_group, scope.item_id)


def _first(
    by_area: Mapping[Area, ForecastScopeRow], key: Key, group: str | None
) -> ForecastScopeRow | None:
    """The scope of the most specific area that holds ``key``."""
    item_id, location_id = key
    areas = (
        Area(place, of_group, item)
        for item, of_group, place in product((item_id, None), (group, None), (location_id, None))
    )
    return next((by_area[area] for area in areas if area in by_area), None)


def _groups(session: Session, items: Collection[str]) -> dict[str, str | None]:
    rows = session.execute(
        select(ItemRow.item_id, ItemRow.item_group).where(one_of(session, ItemRow.item_id, items))
    )
    return {row[0]: row[1] for row in rows}


def _mark(session: Session, area: Area, now: datetime) -> None:
    planned = terms_in_force(session).keys()
    dirty_keys.mark(session, _within(session, area, planned), _CAUSE, now)


def _within(session: Session, area: Area, keys: Iterable[Key]) -> list[Key]:
    held = [
        key for key in keys if area.item_id in (None, key[0]) and area.location_id in (None, key[1])
    ]
    if area.item_group is None:
        return held
    groups = _groups(session, {item_id for item_id, _ in held})
    return [key for key in held if groups.get(key[0]) == area.item_group]


def _check(session: Session, wanted: NewScope, today: date) -> None:
    area = wanted.area
    for kind, code in ((CodeKind.ITEM, area.item_id), (CodeKind.LOCATION, area.location_id)):
        if code is not None and not existing(session, kind, [code]):
            raise _unfit(f"There is no {kind} {code!r}", "Write the key as this service knows it.")
    if area.item_group is not None:
        of_group = select(ItemRow.item_id).where(ItemRow.item_group == area.item_group).limit(1)
        if session.scalar(of_group) is None:
            raise _unfit(f"No item is of the group {area.item_group!r}", "Look at your items.")
    if wanted.until is not None and wanted.until < today:
        raise _unfit(f"{wanted.until} is over: today is {today}", "Choose a day to come.")


def _unfit(title: str, remedy: str) -> Problem:
    return Problem(422, "scope-unfit", title, remedy=remedy)
