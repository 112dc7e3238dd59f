"""How old the data is that planning rests on, what is late, and whom that hurts.

A kind of data is late when its last arrival is older than its rhythm and a quarter, so that a
nightly feed may come at half past two instead of two. Sales and stock also tell of business days:
they are late when the newest day told of is older than the rhythm and three days, a long weekend.
Where the planning day stands still (demo, replay) only the latter can be asked.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.feeds.batches import FeedKind
from service.feeds.tables import FeedArrivalRow
from service.go_live.affected import Affected, affected_by
from service.go_live.rhythms import DEFAULT_RHYTHMS, expected
from service.work.business_date import business_date
from service.work.tables import CompanyRow

_GRACE = 1.25
_LONG_WEEKEND = timedelta(days=3)
_NOBODY = Affected(0, 0)


@dataclass(frozen=True)
class DataAge:
    """One kind of data of one system; ``late`` says in a sentence why it is, empty if not."""

    system: str
    kind: FeedKind
    arrived_at: datetime | None
    newest_day: date | None
    batch_rows: int
    total_rows: int
    age: timedelta | None
    every: timedelta
    late: str
    affected: Affected

    @property
    def aged(self) -> str:
        """Its age in words."""
        return "never came in" if self.age is None else in_words(self.age)

    @property
    def rhythm(self) -> str:
        """How often it is expected, in words."""
        return in_words(self.every)

    def to_json(self) -> dict[str, Any]:
        """For machines; durations in seconds."""
        return {
            "system": self.system,
            "kind": self.kind.value,
            "arrived_at": self.arrived_at.isoformat() if self.arrived_at else None,
            "newest_day": self.newest_day.isoformat() if self.newest_day else None,
            "batch_rows": self.batch_rows,
            "total_rows": self.total_rows,
            "age_seconds": None if self.age is None else int(self.age.total_seconds()),
            "expected_every_seconds": int(self.every.total_seconds()),
            "late": bool(self.late),
            "why": self.late,
            "planned_keys": self.affected.planned_keys,
            "open_proposals": self.affected.open_proposals,
        }


@dataclass(frozen=True)
class _Present:
    """The moment and the planning day; ``stands_still`` if that day is fixed."""

    now: datetime
    today: date
    stands_still: bool


def data_ages(session: Session, now: datetime) -> list[DataAge]:
    """The age of all data that ever came in or is expected; late ones with whom they hurt."""
    ages = _ages(session, now)
    return [
        one if not one.late else _with(one, affected_by(session, one.system, one.kind))
        for one in ages
    ]


def late_data(session: Session, now: datetime) -> list[DataAge]:
    """What is late, without whom it hurts: a look at two small tables."""
    return [one for one in _ages(session, now) if one.late]


def _with(age: DataAge, affected: Affected) -> DataAge:
    return replace(age, affected=affected)


def _ages(session: Session, now: datetime) -> list[DataAge]:
    rhythms = expected(session)
    arrivals = {(row.system, row.kind): row for row in session.scalars(select(FeedArrivalRow))}
    fixed = session.scalar(select(CompanyRow.business_date)) is not None
    present = _Present(now, business_date(session, now), fixed)
    ages = [
        _age(place, arrivals.get(place), rhythms.get(place), present)
        for place in sorted(arrivals.keys() | rhythms.keys())
    ]
    return sorted(ages, key=lambda one: (not one.late, one.system, one.kind))


def _age(
    place: tuple[str, str],
    arrival: FeedArrivalRow | None,
    wanted: timedelta | None,
    present: _Present,
) -> DataAge:
    system, kind = place[0], FeedKind(place[1])
    every = wanted or DEFAULT_RHYTHMS[kind]
    if arrival is None:
        never = "It has never come in."
        return DataAge(system, kind, None, None, 0, 0, None, every, never, _NOBODY)
    age = max(present.now - arrival.arrived_at, timedelta(0))
    return DataAge(
        system=system,
        kind=kind,
        arrived_at=arrival.arrived_at,
        newest_day=arrival.newest_day,
        batch_rows=arrival.batch_rows,
        total_rows=arrival.total_rows,
        age=age,
        every=every,
        late=_lateness(age, every, arrival.newest_day, present),
        affected=_NOBODY,
    )


def _lateness(age: timedelta, every: timedelta, newest: date | None, present: _Present) -> str:
    if not present.stands_still and age > every * _GRACE:
        return f"The last of it came in {in_words(age)} ago."
    if newest is not None and present.today - newest > every + _LONG_WEEKEND:
        return f"The newest day it tells of is {newest}, {(present.today - newest).days} days ago."
    return ""


def in_words(span: timedelta) -> str:
    """A duration in its largest whole unit."""
    for unit, name in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        count = span // unit
        if count:
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{span // timedelta(minutes=1)} min"
