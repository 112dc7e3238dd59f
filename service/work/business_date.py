"""Which day planning takes for today."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.work.tables import CompanyRow


def business_date(session: Session, now: datetime) -> date:
    """The fixed planning day if the company has one, else today in the company's time zone."""
    company = session.execute(select(CompanyRow.business_date, CompanyRow.time_zone)).one_or_none()
    if company is None:
        return now.date()
    fixed, time_zone = company
    return fixed or now.astimezone(ZoneInfo(time_zone)).date()


def start_of_planning_day(session: Session, day: date, now: datetime) -> datetime:
    """When ``day`` begins in the company's time zone.

    Where the planning day is fixed, as many days from the present one as ``day`` is ahead of it.
    """
    name = session.scalar(select(CompanyRow.time_zone))
    zone = ZoneInfo(name or "UTC")
    ahead = day - business_date(session, now)
    local = now.astimezone(zone).date() + ahead
    return datetime.combine(local, time(), zone).astimezone(UTC)


def planning_week(day: date) -> date:
    """The Monday of the week in which a day lies."""
    return day - timedelta(days=day.weekday())
