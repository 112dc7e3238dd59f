"""What time does to open proposals."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from service.proposals.states import AMENDABLE, Event, State
from service.proposals.tables import ProposalRow
from service.proposals.transitions import Change, transition

OVERDUE_AFTER = timedelta(days=30)


def wake_snoozed(session: Session, today: date, now: datetime) -> int:
    """Put what was snoozed until today or earlier back to review; returns how many."""
    due = (ProposalRow.state == State.SNOOZED.value) & (ProposalRow.snoozed_until <= today)
    change = Change(Event.WOKEN, State.IN_REVIEW, reason="its day has come")
    return _move(session, due, change, now)


def expire_overdue(session: Session, today: date, now: datetime) -> int:
    """Expire open proposals whose required date is 30 days past; returns how many.

    The recompute sets the dates of what is still planned anew on every business day, so only
    proposals of an (item, location) that is no longer planned grow that old.
    """
    overdue = ProposalRow.state.in_([state.value for state in AMENDABLE]) & (
        ProposalRow.required_date < today - OVERDUE_AFTER
    )
    change = Change(Event.EXPIRED, State.EXPIRED, reason="the day it was required for is long past")
    return _move(session, overdue, change, now)


def _move(session: Session, which: ColumnElement[bool], change: Change, now: datetime) -> int:
    # What somebody else is working on right now is left to the next sweep.
    rows = session.scalars(
        select(ProposalRow)
        .where(which)
        .order_by(ProposalRow.proposal_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        transition(session, row, change, now)
    session.flush()
    return len(rows)
