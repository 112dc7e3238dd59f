"""What planners decide: approve, change, reject, put off, and take any of it back.

Each function runs in the caller's transaction and returns the proposal as it is then. It raises
a problem: 403 (role), 404, 409 (impossible from this state), 412 (the proposal changed since the
planner saw it) or 422 (a value is missing or wrong).
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from service.http.problems import Problem
from service.proposals.decisions import (
    UNDO_WINDOW,
    Decided,
    Edit,
    decide,
    given_reason,
    is_transfer,
    must_be_only_open,
    opened,
    opened_in_supplier_order,
    opened_to_leave,
    opened_to_plan_anew,
    release_of,
    required_reason,
)
from service.proposals.declined import declined_until
from service.proposals.quantity_checks import check_quantity, lot_warnings, must_order_something
from service.proposals.returned import must_be_newest, must_be_planned_since
from service.proposals.spare import check_spare, opened_under_plan
from service.proposals.states import Event, State
from service.proposals.tables import ProposalRow
from service.proposals.uncomputable import must_rest_on_a_plan
from service.proposals.undo import undo
from service.work.business_date import business_date

__all__ = [
    "UNDO_WINDOW",
    "Decided",
    "Edit",
    "approve",
    "change_quantity",
    "reject",
    "reopen",
    "snooze",
    "undo",
    "withdraw_edit",
]

UNEXPLAINED_CHANGE = Decimal("0.25")
"""A change by more than this share of the recommendation needs a reason."""
LONGEST_SNOOZE = timedelta(days=365)


def approve(session: Session, edit: Edit, now: datetime) -> Decided:
    """Offer it to the ERP as it stands, after the undo window.

    A planner who approves an edit in conflict has seen the conflict: it is settled with that. A
    409 problem where the proposal came back, and shows the quantity of an older plan.
    """
    row = opened(session, edit)
    must_be_planned_since(session, row)
    must_rest_on_a_plan(session, row)
    values: dict[str, Any] = {
        "approved_by": edit.actor,
        "review_reason": None,
        "snoozed_until": None,
        "release_not_before": release_of(session, row, now),
    }
    if row.planner_quantity is not None:
        values["edited_against"] = row.recommended_quantity
    return decide(session, row, edit, (Event.APPROVED, State.APPROVED, values), now)


def change_quantity(session: Session, edit: Edit, quantity: Decimal, now: datetime) -> Decided:
    """Offer ``quantity`` base units instead of the recommended ones; survives every recompute.

    An approval was for the quantity it was given for, so an approved proposal goes back to
    review. A quantity that breaks the supplier's lot is taken, with a warning. A transfer's may
    not exceed what the giver can spare.
    """
    if is_transfer(session, edit):
        row = opened_under_plan(session, edit, now)
        check_spare(row, quantity)
    else:
        row = opened_in_supplier_order(session, edit, now)
        must_order_something(row)
    check_quantity(session, row, quantity)
    if abs(quantity - row.recommended_quantity) > UNEXPLAINED_CHANGE * row.recommended_quantity:
        required_reason(edit, "The change exceeds a quarter of the recommended quantity.")
    values = {
        "planner_quantity": quantity,
        "edited_against": row.recommended_quantity,
        "approved_by": None,
        "release_not_before": None,
    }
    step = (Event.QUANTITY_CHANGED, _in_review_unless_put_off(row), values)
    decided = decide(session, row, edit, step, now)
    return Decided(decided.proposal, lot_warnings(session, row, quantity))


def withdraw_edit(session: Session, edit: Edit, now: datetime) -> Decided:
    """Offer the recommended quantity again, and let the policy decide on it anew."""
    row = opened_to_plan_anew(session, edit, now)
    if row.planner_quantity is None:
        raise Problem(
            409, "no-edit", "There is no edit to withdraw", remedy="Look at the proposal again."
        )
    values = {
        "planner_quantity": None,
        "edited_against": None,
        "approved_by": None,
        "release_not_before": None,
    }
    nothing_left = row.recommended_quantity == 0
    to = State.CANCELLED if nothing_left else _in_review_unless_put_off(row)
    event = Event.NO_LONGER_NEEDED if nothing_left else Event.EDIT_WITHDRAWN
    return decide(session, row, edit, (event, to, values), now)


def reject(session: Session, edit: Edit, now: datetime) -> Decided:
    """Do not order; the same need is not proposed again at once (see ``declined``).

    What a rejected transfer was to bring is planned from another giver, or bought.
    """
    row = opened_to_leave(session, edit, now)
    required_reason(edit, "Whoever looks at it later wants to know why.")
    values = {
        "declined_until": declined_until(row, business_date(session, now)),
        "approved_by": None,
        "release_not_before": None,
    }
    return decide(session, row, edit, (Event.REJECTED, State.REJECTED, values), now)


def snooze(session: Session, edit: Edit, until: date, now: datetime) -> Decided:
    """Put it off until the morning of ``until``; then a person decides, not the policy."""
    row = opened(session, edit)
    today = business_date(session, now)
    if not today < until <= today + LONGEST_SNOOZE:
        raise Problem(
            422,
            "day-out-of-range",
            "A proposal is put off to a later day, at most a year ahead",
            f"Today is {today}.",
            remedy="Choose a day from tomorrow on.",
        )
    reason = f"{edit.actor} put it off until {until}"
    values = {"snoozed_until": until, "review_reason": reason}
    return decide(session, row, edit, (Event.SNOOZED, State.SNOOZED, values), now)


def reopen(session: Session, edit: Edit, now: datetime) -> Decided:
    """Put it back to review, where only a person approves it; the next plan derives it anew.

    A 409 problem for a rejected one whose item and location have got another proposal since.
    """
    row = opened_to_plan_anew(session, edit, now)
    must_be_only_open(session, row)
    if row.state == State.REJECTED:
        must_be_newest(session, row)
    values = {
        "review_reason": given_reason(edit) or f"{edit.actor} reopened it",
        "approved_by": None,
        "release_not_before": None,
        "snoozed_until": None,
        "declined_until": None,
    }
    return decide(session, row, edit, (Event.REOPENED, State.IN_REVIEW, values), now)


def _in_review_unless_put_off(row: ProposalRow) -> State:
    return State.IN_REVIEW if row.state == State.APPROVED else State(row.state)
