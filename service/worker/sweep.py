"""What nobody rings for: leases that ran out, days that went by."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.database.retry import write_again
from service.database.upsert import upsert
from service.forecasts.planned_keys import terms_in_force
from service.proposals.arrivals import close_arrived
from service.proposals.claims import expire_claims
from service.proposals.committed import close_received
from service.proposals.expiry import expire_overdue, wake_snoozed
from service.work import dirty_keys
from service.work.business_date import business_date, planning_week
from service.work.tables import GenerationRow

_PLANNED_DAY = "business_date"


def sweep(context: ServiceContext) -> None:
    """One round: cheap when nothing is due, harmless when run twice."""
    now = context.clock()
    # Two transactions: keys are marked before proposals are locked, everywhere.
    today = write_again(context.database, lambda session: _roll_business_date(session, now))
    write_again(context.database, lambda session: _tend_proposals(session, today, now))


def _tend_proposals(session: Session, today: date, now: datetime) -> None:
    expire_claims(session, now)
    wake_snoozed(session, today, now)
    close_received(session, now)
    close_arrived(session, now)
    expire_overdue(session, today, now)


def _roll_business_date(session: Session, now: datetime) -> date:
    """The planning day; on a new one every planned key is recomputed, in a new week refitted.

    The first day of an installation only begins the count: what was loaded is dirty already.
    """
    today = business_date(session, now)
    planned = session.get(GenerationRow, _PLANNED_DAY)
    if planned is not None and planned.value == today.toordinal():
        return today
    if planned is not None:
        new_week = planning_week(date.fromordinal(planned.value)) != planning_week(today)
        keys = terms_in_force(session).keys()
        dirty_keys.mark(session, keys, "business_date", now, refit=new_week)
    row = {"name": _PLANNED_DAY, "value": today.toordinal()}
    upsert(session, GenerationRow, [row], key=("name",))
    return today
