"""Days and moments that planning can count with.

The ends of the calendar are refused: systems that know no empty date write 9999-12-31 for 'no
end', and neither time zones nor windows can be reckoned there.
"""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

EARLIEST_DAY = date(1990, 1, 1)
LATEST_DAY = date(2199, 12, 31)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_END = datetime(2200, 1, 1, tzinfo=UTC)


def _within(day: date) -> date:
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise ValueError(
            f"{day} is outside the calendar, {EARLIEST_DAY} to {LATEST_DAY}; leave out what has "
            "no date, and give a window without an end its last planned day"
        )
    return day


def _within_or_ever(day: date) -> date:
    return day if day == date.min else _within(day)


def in_utc(moment: datetime) -> datetime:
    """``moment`` in UTC; raises a ValueError outside of the calendar.

    It is compared before it is converted: at the ends of Python's calendar an offset overflows.
    """
    if not _EARLIEST <= moment < _END:
        raise ValueError(
            f"{moment.isoformat()} is outside the calendar, {EARLIEST_DAY} to {LATEST_DAY} UTC; "
            "leave out what has no time"
        )
    return moment.astimezone(UTC)


Day = Annotated[date, AfterValidator(_within)]
"""A calendar day from 1990-01-01 to 2199-12-31."""

DayOrEver = Annotated[date, AfterValidator(_within_or_ever)]
"""A ``Day`` from which something holds; 0001-01-01 says that it always has."""

Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A point in time within the same years; any offset is read, UTC is kept."""
