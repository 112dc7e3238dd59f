"""Which day planning takes for today."""

from datetime import date, datetime, timedelta
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


def planning_week(day: date) -> date:
    """The Monday of the week in which a day lies."""
    return day - timedelta(days=day.weekday())
