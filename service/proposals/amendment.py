"""What becomes of an open proposal when the recommendation is made anew.

The policy decides where no person has. A person's approval stands as long as what was approved
is what is offered and the policy has not become more cautious; another date alone does not undo
it. A planner's edit stands in any case, and a recommendation that moved on under it is shown to
a person. What a person or the ERP put to review (``review_reason``) no policy approves.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from service.proposals.decisions import UNDO_WINDOW
from service.proposals.offer import in_conflict
from service.proposals.states import Event, State
from service.proposals.tables import ProposalRow
from service.proposals.transitions import Change
from service.proposals.wanted import WantedOrder

NO_LONGER_NEEDED = "no longer needed"
_EVENTS = {
    State.APPROVED: Event.APPROVED_BY_POLICY,
    State.IN_REVIEW: Event.SENT_TO_REVIEW,
    State.HELD: Event.HELD_BY_POLICY,
}


def amendment(row: ProposalRow, wanted: WantedOrder, now: datetime) -> Change | None:
    """The change of an amendable ``row`` to what is wanted; None if only the background moved."""
    if wanted.quantity == 0:
        return _nothing_wanted(row, wanted)
    before, after = State(row.state), _state(row, wanted)
    offer = wanted.offer()
    if before is after and all(getattr(row, name) == value for name, value in offer.items()):
        return None
    values = {**offer, **wanted.background(), **_approval(row, wanted, after, now)}
    event = Event.AMENDED if before is after else _EVENTS[after]
    return Change(event, after, reason=_reason(row, wanted, after), values=values)


def _nothing_wanted(row: ProposalRow, wanted: WantedOrder) -> Change | None:
    before = State(row.state)
    if row.planner_quantity is None:
        reason = NO_LONGER_NEEDED
        return Change(Event.NO_LONGER_NEEDED, State.CANCELLED, reason=reason, values=_UNAPPROVED)
    after = State.SNOOZED if before is State.SNOOZED else State.IN_REVIEW
    if before is after and row.recommended_quantity == 0:
        return None
    event = Event.AMENDED if before is after else Event.SENT_TO_REVIEW
    values = {"recommended_quantity": Decimal(0), **wanted.background(), **_UNAPPROVED}
    return Change(event, after, reason=_conflict(row, wanted), values=values)


def _state(row: ProposalRow, wanted: WantedOrder) -> State:
    before = State(row.state)
    if before is State.SNOOZED:
        return before
    if before is State.APPROVED:
        return _after_approval(row, wanted)
    if row.planner_quantity is not None or row.review_reason is not None:
        return State.HELD if before is wanted.state is State.HELD else State.IN_REVIEW
    return wanted.state


def _after_approval(row: ProposalRow, wanted: WantedOrder) -> State:
    unaltered = not wanted.alters(row) and not in_conflict(row)
    if row.approved_by and unaltered and wanted.is_milder_than(row.policy_outcome):
        return State.APPROVED
    if row.planner_quantity is not None and wanted.state is State.APPROVED:
        return State.IN_REVIEW  # the policy allowed the recommendation, not the planner's quantity
    return wanted.state


_UNAPPROVED: dict[str, Any] = {"approved_by": None, "release_not_before": None}


def _approval(row: ProposalRow, wanted: WantedOrder, after: State, now: datetime) -> dict[str, Any]:
    if after is not State.APPROVED:
        return _UNAPPROVED
    if row.state != State.APPROVED:
        return {"approved_by": None, "release_not_before": wanted.released(now)}
    # What kept it back beyond the undo window was the day on which it was to be ordered.
    kept_back = min(row.release_not_before or now, now + UNDO_WINDOW)
    released = {"release_not_before": wanted.released(kept_back)}
    return {"approved_by": None, **released} if wanted.alters(row) else released


def _reason(row: ProposalRow, wanted: WantedOrder, after: State) -> str | None:
    if row.planner_quantity is not None and wanted.quantity != row.edited_against:
        return _conflict(row, wanted)
    if row.state == after:
        return None
    if after is State.APPROVED:
        return "the policy allows it now, and no person had decided"
    asked = "holds it" if after is State.HELD else "asks for review"
    return f"the policy {asked} at a quantity of {_plain(wanted.quantity)}"


def _conflict(row: ProposalRow, wanted: WantedOrder) -> str:
    planned, against = row.planner_quantity or Decimal(0), row.edited_against or Decimal(0)
    return (
        f"a planner set {_plain(planned)} when {_plain(against)} was recommended; "
        f"now {_plain(wanted.quantity)} is"
    )


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
