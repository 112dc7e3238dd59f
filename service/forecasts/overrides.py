"""Planners' overrides of the forecast: made, withdrawn, and read by those who plan with them.

On each day at most one override holds for an (item, location): a new one ends what is left of an
earlier one. An override marks its key dirty in its own transaction; when it expires, the roll of
the business date has marked all planned keys already.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.quantity import LIMIT, SCALE
from service.database.key_sets import rows_of_keys
from service.forecasts.planned_keys import terms_in_force
from service.forecasts.tables import ForecastOverrideRow, SeriesForecastRow
from service.http.problems import Problem
from service.work import dirty_keys
from service.work.business_date import business_date
from service.work.dirty_keys import Key

LARGEST_FACTOR = Decimal(100)
LONGEST = timedelta(days=366)
"""What is expected for longer than a year is no exception any more."""

_CAUSE = "forecast_override"
_LARGEST_DEMAND = LIMIT - 1

Days = tuple[date, date]
"""From a day until before another."""


@dataclass(frozen=True)
class Author:
    """Who overrides: a person's login or ``system:`` and its name, and what people call it."""

    actor: str
    name: str


@dataclass(frozen=True)
class When:
    """The moment of a change, and the day that planning takes for today."""

    now: datetime
    today: date


@dataclass(frozen=True)
class NewOverride:
    """An override as asked for: ``factor`` of the own baseline, or ``per_week`` in its place."""

    key: Key
    factor: Decimal | None
    per_week: Decimal | None
    days: Days
    reason: str


def moment(session: Session, now: datetime) -> When:
    """``now`` with the planning day of the company."""
    return When(now, business_date(session, now))


def override_forecast(
    session: Session, new: NewOverride, author: Author, when: When
) -> ForecastOverrideRow:
    """Make an override; raises a problem for one that says nothing that planning could use.

    The mark comes first: it makes whoever overrides at the same moment wait until this is done,
    so that never two hold on one day.
    """
    _check(new, when.today)
    dirty_keys.mark(session, [new.key], _CAUSE, when.now)
    if not terms_in_force(session, [new.key]):
        raise _not_planned(new.key)
    for earlier in overrides_between(session, [new.key], *new.days).get(new.key, ()):
        end = max(earlier.starts_on, new.days[0])
        _end(earlier, end, author, f"Replaced: {new.reason}", when.now)
    baseline = session.get(SeriesForecastRow, new.key)
    row = ForecastOverrideRow(
        item_id=new.key[0],
        location_id=new.key[1],
        factor=new.factor,
        per_week=new.per_week,
        starts_on=new.days[0],
        expires_on=new.days[1],
        asked_until=new.days[1],
        reason=_reason(new.reason),
        author=author.actor,
        author_name=author.name,
        own_per_week=baseline.level_per_week if baseline else None,
        created_at=when.now,
    )
    session.add(row)
    session.flush()
    return row


def withdraw_override(
    session: Session, override_id: UUID, author: Author, reason: str, when: When
) -> ForecastOverrideRow:
    """End an override today, or before it began; a 404 or 409 problem if there is none to end."""
    key = session.execute(
        select(ForecastOverrideRow.item_id, ForecastOverrideRow.location_id).where(
            ForecastOverrideRow.override_id == override_id
        )
    ).one_or_none()
    if key is None:
        raise Problem(
            404,
            "unknown-override",
            "There is no such forecast override",
            remedy="GET /v1/forecast-overrides lists them.",
        )
    dirty_keys.mark(session, [(key[0], key[1])], _CAUSE, when.now)
    row = session.get_one(ForecastOverrideRow, override_id)
    if row.expires_on <= max(when.today, row.starts_on):
        raise Problem(
            409,
            "override-over",
            "The forecast override holds no longer",
            f"It ended on {row.expires_on}. Nothing was changed.",
            remedy="Nothing needs to be withdrawn.",
        )
    _end(row, max(when.today, row.starts_on), author, _reason(reason), when.now)
    session.flush()
    return row


def overrides_between(
    session: Session, keys: Collection[Key], first: date, end: date
) -> Mapping[Key, list[ForecastOverrideRow]]:
    """The overrides of ``keys`` that hold on a day from ``first`` until before ``end``, by day."""
    statement = (
        select(ForecastOverrideRow.item_id, ForecastOverrideRow.location_id, ForecastOverrideRow)
        .where(
            ForecastOverrideRow.expires_on > first,
            ForecastOverrideRow.starts_on < end,
            ForecastOverrideRow.starts_on < ForecastOverrideRow.expires_on,
        )
        .order_by(ForecastOverrideRow.starts_on)
    )
    found: defaultdict[Key, list[ForecastOverrideRow]] = defaultdict(list)
    for item_id, location_id, row in rows_of_keys(
        session, statement, ForecastOverrideRow.item_id, keys
    ):
        found[item_id, location_id].append(row)
    return found


def covered_days(days: Days, within: Days) -> int:
    """How many days two spans have in common."""
    return max((min(days[1], within[1]) - max(days[0], within[0])).days, 0)


def _end(row: ForecastOverrideRow, day: date, author: Author, why: str, now: datetime) -> None:
    row.expires_on = day
    row.version += 1
    row.ended_by = author.actor
    row.end_reason, row.ended_at = why[:_LONGEST_REASON], now


def _check(new: NewOverride, today: date) -> None:
    _check_amount(new)
    first, end = new.days
    if not today <= first < end:
        raise _unfit(
            "days-out-of-order",
            f"An override begins today ({today}) or later and expires after its first day",
            "Correct the days; what is over cannot be forecast.",
        )
    if end - first > LONGEST:
        raise _unfit(
            "override-too-long",
            f"An override holds for {LONGEST.days} days at most",
            "Choose a nearer expiry and override again then, if it still holds.",
        )


def _check_amount(new: NewOverride) -> None:
    given = [value for value in (new.factor, new.per_week) if value is not None]
    largest = _LARGEST_DEMAND if new.factor is None else LARGEST_FACTOR
    possible = len(given) == 1 and given[0].is_finite() and 0 <= given[0] <= largest
    if not possible or round(given[0], SCALE) != given[0]:
        raise _unfit(
            "amount-impossible",
            f"Either a factor from 0 to {LARGEST_FACTOR} or an expected demand per week is needed",
            f"Give one of the two with at most {SCALE} decimals; 1.5 times is half as much again.",
        )


_LONGEST_REASON = 500


def _reason(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST_REASON:
        raise _unfit(
            "reason-missing",
            f"A reason of 1 to {_LONGEST_REASON} characters is needed",
            "Say what is known that the history does not show.",
        )
    return text.strip()


def _unfit(slug: str, title: str, remedy: str) -> Problem:
    return Problem(422, slug, title, "Nothing was changed.", remedy=remedy)


def _not_planned(key: Key) -> Problem:
    return _unfit(
        "not-planned",
        f"{key[0]} is not planned at {key[1]}",
        "Send its master data and supplier terms first, or correct item and location.",
    )
