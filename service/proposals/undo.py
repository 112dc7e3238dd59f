"""Taking back the last decision, as long as nothing has come of it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.http.problems import Problem
from service.proposals.decisions import (
    Decided,
    Edit,
    decide,
    must_be_only_open,
    opened_to_plan_anew,
    release_of,
)
from service.proposals.returned import must_be_newest
from service.proposals.states import AMENDABLE, Event, State
from service.proposals.tables import ProposalEventRow, ProposalRow

_UNDOABLE = frozenset(
    {
        Event.APPROVED,
        Event.QUANTITY_CHANGED,
        Event.EDIT_WITHDRAWN,
        Event.REJECTED,
        Event.SNOOZED,
        Event.REOPENED,
    }
)
_RESTORED: Mapping[str, Callable[[str], Any]] = {
    "planner_quantity": Decimal,
    "edited_against": Decimal,
    "approved_by": str,
    "review_reason": str,
    "snoozed_until": date.fromisoformat,
    "declined_until": date.fromisoformat,
}


def undo(session: Session, edit: Edit, now: datetime) -> Decided:
    """Take back the newest decision: state and columns are as before it.

    A 409 problem if something else happened since, for example a claim or a recompute that
    changed the offer, or if the item and location have got another proposal since a rejection.
    An approval that is restored is kept back for the undo window again. An approval is not
    restored, and a person must look, if the plan may have moved on since it: after a rejection,
    and wherever another recommendation stands behind the proposal by now.
    """
    row = opened_to_plan_anew(session, edit, now)
    last = _last(session, row)
    if last is None or last.event not in _UNDOABLE or last.from_state is None:
        raise Problem(
            409,
            "nothing-to-undo",
            "The last thing that happened was no decision",
            f"{row.external_ref} is {row.state}. Nothing was changed.",
            remedy="Look at its history; reopen or change it instead.",
        )
    before = State(last.from_state)
    if before in AMENDABLE:
        must_be_only_open(session, row)
    if row.state == State.REJECTED:
        must_be_newest(session, row)
    changed = last.details.get("changed", {})
    values = {
        name: None if changed[name]["from"] is None else read(changed[name]["from"])
        for name, read in _RESTORED.items()
        if name in changed
    }
    approved = before is State.APPROVED
    values["release_not_before"] = release_of(session, row, now) if approved else None
    if before is State.APPROVED and not _approval_stands(row, last):
        before = State.IN_REVIEW
        values |= _unapproved(row, edit)
    return decide(session, row, edit, (Event.UNDONE, before, values), now)


def _approval_stands(row: ProposalRow, last: ProposalEventRow) -> bool:
    """Whether what was approved before ``last`` is surely what the plan still says."""
    same_plan = last.details.get("recommendation_id") == str(row.recommendation_id)
    return same_plan and row.state != State.REJECTED


def _unapproved(row: ProposalRow, edit: Edit) -> dict[str, Any]:
    decision = "rejection" if row.state == State.REJECTED else "decision"
    reason = f"{edit.actor} took a {decision} back, and the plan may have moved on since"
    return {"approved_by": None, "release_not_before": None, "review_reason": reason}


def _last(session: Session, row: ProposalRow) -> ProposalEventRow | None:
    return session.scalar(
        select(ProposalEventRow)
        .where(ProposalEventRow.proposal_id == row.proposal_id)
        .order_by(ProposalEventRow.occurred_at.desc(), ProposalEventRow.event_id.desc())
        .limit(1)
    )
