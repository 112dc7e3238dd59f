"""Reading overrides: as documents, a page of them, and what they were worth."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from forecasting.value_added import JudgedWeek, ValueAdded, value_added
from rules.ordering.quantities import written
from service.forecasts.tables import ForecastOverrideRow, OverrideWeekRow

LARGEST_PAGE = 200


@dataclass(frozen=True)
class OverrideFilter:
    """Which overrides are listed; None means all. ``holds_on`` is a day on which they hold."""

    item: str | None = None
    location: str | None = None
    author: str | None = None
    holds_on: date | None = None


@dataclass(frozen=True)
class AuthorsValue:
    """What the overrides of one person were worth; ``out_of_stock`` weeks are among them."""

    author: str
    name: str
    value: ValueAdded
    out_of_stock: int


def override_state(row: ForecastOverrideRow, today: date) -> str:
    """to_come, in_force, expired, or ended (before it would have expired)."""
    if row.starts_on < row.expires_on and today < row.expires_on:
        return "in_force" if row.starts_on <= today else "to_come"
    return "expired" if row.ended_at is None else "ended"


def described_override(row: ForecastOverrideRow, today: date) -> dict[str, Any]:
    """An override for machines."""
    return {
        "override_id": str(row.override_id),
        "version": row.version,
        "state": override_state(row, today),
        "item_id": row.item_id,
        "location_id": row.location_id,
        "factor": None if row.factor is None else written(row.factor),
        "expected_per_week": None if row.per_week is None else written(row.per_week),
        "own_per_week": row.own_per_week,
        "starts_on": row.starts_on.isoformat(),
        "expires_on": row.expires_on.isoformat(),
        "asked_until": row.asked_until.isoformat(),
        "reason": row.reason,
        "author": row.author,
        "created_at": row.created_at.isoformat(),
        "ended_by": row.ended_by,
        "end_reason": row.end_reason,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }


def overrides(
    session: Session, wanted: OverrideFilter, after: UUID | None = None, limit: int = LARGEST_PAGE
) -> tuple[list[ForecastOverrideRow], UUID | None]:
    """A page, newest first, and the id after which the next begins; None where it is the last."""
    row = ForecastOverrideRow
    statement = select(row).order_by(row.override_id.desc()).limit(limit + 1)
    exact = ((row.item_id, wanted.item), (row.location_id, wanted.location))
    for column, value in (*exact, (row.author, wanted.author)):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.holds_on is not None:
        statement = statement.where(
            row.starts_on <= wanted.holds_on, row.expires_on > wanted.holds_on
        )
    if after is not None:
        statement = statement.where(row.override_id < after)
    found = list(session.scalars(statement))
    return found[:limit], found[limit - 1].override_id if len(found) > limit else None


def values_by_author(session: Session, author: str | None = None) -> list[AuthorsValue]:
    """What the overrides of each person, or of ``author``, were worth, by name."""
    statement = select(OverrideWeekRow, ForecastOverrideRow.author_name).join(
        ForecastOverrideRow, ForecastOverrideRow.override_id == OverrideWeekRow.override_id
    )
    if author is not None:
        statement = statement.where(OverrideWeekRow.author == author)
    weeks: dict[tuple[str, str], list[OverrideWeekRow]] = {}
    for week, name in session.execute(statement):
        weeks.setdefault((name, week.author), []).append(week)
    return [
        AuthorsValue(actor, name, _value(rows), sum(row.out_of_stock for row in rows))
        for (name, actor), rows in sorted(weeks.items())
    ]


def _value(rows: list[OverrideWeekRow]) -> ValueAdded:
    return value_added(JudgedWeek(row.own, row.overridden, row.actual) for row in rows)


def total_value(parts: list[AuthorsValue]) -> ValueAdded:
    """Of all persons together."""
    values = [part.value for part in parts]
    return ValueAdded(
        weeks=sum(value.weeks for value in values),
        actual=sum(value.actual for value in values),
        own_error=sum(value.own_error for value in values),
        overridden_error=sum(value.overridden_error for value in values),
    )


def described_value(value: ValueAdded) -> dict[str, Any]:
    """For machines: units are base units, WAPE is a share of one."""
    return {
        "weeks": value.weeks,
        "actual": value.actual,
        "wape_own": value.own_wape,
        "wape_overridden": value.overridden_wape,
        "value_added_units": value.units,
        "value_added_percentage_points": value.percentage_points,
    }
