"""The states of a proposal and the one table of what may follow what."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a proposal stands between the recommendation and the goods."""

    IN_REVIEW = "in_review"
    APPROVED = "approved"
    HELD = "held"
    SNOOZED = "snoozed"
    CLAIMED = "claimed"
    UNCONFIRMED = "unconfirmed"
    ACKNOWLEDGED = "acknowledged"
    CHANGE_REQUESTED = "change_requested"
    CANCEL_REQUESTED = "cancel_requested"
    PARTLY_ORDERED = "partly_ordered"
    ORDERED = "ordered"
    SHIPPED = "shipped"
    RECEIVED = "received"
    CLOSED = "closed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class Event(StrEnum):
    """What happens to a proposal; the history is a list of these."""

    CREATED = "created"
    ADOPTED = "adopted"
    AMENDED = "amended"
    APPROVED_BY_POLICY = "approved_by_policy"
    SENT_TO_REVIEW = "sent_to_review"
    HELD_BY_POLICY = "held_by_policy"
    NO_LONGER_NEEDED = "no_longer_needed"
    SUPERSEDED = "superseded"
    WOKEN = "woken"
    EXPIRED = "expired"

    APPROVED = "approved"
    QUANTITY_CHANGED = "quantity_changed"
    EDIT_WITHDRAWN = "edit_withdrawn"
    REJECTED = "rejected"
    SNOOZED = "snoozed"
    REOPENED = "reopened"
    UNDONE = "undone"

    CLAIMED = "claimed"
    CLAIM_EXPIRED = "claim_expired"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    CHANGE_REQUESTED = "change_requested"
    CANCEL_REQUESTED = "cancel_requested"
    REQUEST_WITHDRAWN = "request_withdrawn"
    REQUEST_CLAIMED = "request_claimed"
    REQUEST_ACCEPTED = "request_accepted"
    REQUEST_REFUSED = "request_refused"
    PROGRESS_REPORTED = "progress_reported"
    SEEN_IN_ERP = "seen_in_erp"
    RECEIVED = "received"


AMENDABLE = frozenset({State.IN_REVIEW, State.APPROVED, State.HELD, State.SNOOZED})
"""Open: the recompute may still change it. An (item, location) has at most one of these."""

REQUESTED = frozenset({State.CHANGE_REQUESTED, State.CANCEL_REQUESTED})
"""The ERP is asked to take back some or all of what it accepted."""

COMMITTED = frozenset(
    {
        State.CLAIMED,
        State.UNCONFIRMED,
        State.ACKNOWLEDGED,
        State.ORDERED,
        State.PARTLY_ORDERED,
        State.SHIPPED,
        State.RECEIVED,
        *REQUESTED,
    }
)
"""Taken by the ERP: never changed silently, and counted in the inventory position."""

UNDER_WAY = frozenset({State.SHIPPED, State.RECEIVED})
"""A transfer that has left its giver."""

NOT_ORDERED_YET = frozenset({State.ACKNOWLEDGED, *REQUESTED})
"""The ERP has a document, and can still change it, cancel it, or refuse it after all."""

_BEING_ORDERED = NOT_ORDERED_YET | {State.PARTLY_ORDERED, State.ORDERED}
_REFUSABLE = NOT_ORDERED_YET | {State.CLAIMED, State.UNCONFIRMED}
_PLANNERS_CHOICE = frozenset({State.IN_REVIEW, State.HELD, State.SNOOZED})


def _each(sources: frozenset[State], *targets: State) -> dict[State, frozenset[State]]:
    return {source: frozenset(targets) for source in sources}


def _same(sources: frozenset[State]) -> dict[State, frozenset[State]]:
    return {source: frozenset({source}) for source in sources}


_APPROVED = frozenset({State.APPROVED})

TRANSITIONS: Mapping[Event, Mapping[State, frozenset[State]]] = {
    Event.AMENDED: _same(AMENDABLE),
    Event.APPROVED_BY_POLICY: _each(frozenset({State.IN_REVIEW, State.HELD}), State.APPROVED),
    Event.SENT_TO_REVIEW: _each(AMENDABLE - {State.SNOOZED}, State.IN_REVIEW),
    Event.HELD_BY_POLICY: _each(frozenset({State.IN_REVIEW, State.APPROVED}), State.HELD),
    Event.NO_LONGER_NEEDED: _each(AMENDABLE, State.CANCELLED),
    Event.SUPERSEDED: _each(_REFUSABLE, State.SUPERSEDED),
    Event.WOKEN: _each(frozenset({State.SNOOZED}), State.IN_REVIEW),
    Event.EXPIRED: _each(AMENDABLE, State.EXPIRED),
    # People
    Event.APPROVED: _each(_PLANNERS_CHOICE, State.APPROVED),
    Event.QUANTITY_CHANGED: {
        **_same(_PLANNERS_CHOICE),
        **_each(_APPROVED, State.IN_REVIEW),
    },
    Event.EDIT_WITHDRAWN: {
        **_same(_PLANNERS_CHOICE),
        **_each(_APPROVED, State.IN_REVIEW),
    },
    Event.REJECTED: _each(AMENDABLE, State.REJECTED),
    Event.SNOOZED: _each(_PLANNERS_CHOICE, State.SNOOZED),
    Event.REOPENED: _each(
        frozenset({State.APPROVED, State.HELD, State.SNOOZED, State.REJECTED}), State.IN_REVIEW
    ),
    Event.UNDONE: {
        **_each(AMENDABLE, *AMENDABLE, State.REJECTED),
        # What was approved before it was rejected is approved anew, or not at all.
        **_each(frozenset({State.REJECTED}), *_PLANNERS_CHOICE),
    },
    # The ERP
    Event.CLAIMED: _each(frozenset({State.APPROVED, State.UNCONFIRMED}), State.CLAIMED),
    Event.CLAIM_EXPIRED: {
        **_each(frozenset({State.CLAIMED}), State.UNCONFIRMED),
        **_same(REQUESTED),
    },
    Event.ACKNOWLEDGED: {
        **_each(frozenset({State.CLAIMED, State.UNCONFIRMED}), State.ACKNOWLEDGED),
        # Its feed had shown the purchase line before it said under which number.
        **_same(frozenset({State.ORDERED})),
    },
    Event.REFUSED: _each(
        _REFUSABLE,
        State.IN_REVIEW,
        State.REJECTED,  # a transfer: its need goes elsewhere
    ),
    Event.CHANGE_REQUESTED: _each(NOT_ORDERED_YET, State.CHANGE_REQUESTED),
    Event.CANCEL_REQUESTED: _each(NOT_ORDERED_YET, State.CANCEL_REQUESTED),
    Event.REQUEST_WITHDRAWN: _each(REQUESTED, State.ACKNOWLEDGED),
    Event.REQUEST_CLAIMED: _same(REQUESTED),
    Event.REQUEST_ACCEPTED: _each(NOT_ORDERED_YET, State.ACKNOWLEDGED, State.CANCELLED),
    Event.REQUEST_REFUSED: _each(NOT_ORDERED_YET, State.ACKNOWLEDGED),
    Event.PROGRESS_REPORTED: {
        **_each(
            _BEING_ORDERED,
            State.ORDERED,
            State.PARTLY_ORDERED,
            State.SHIPPED,
            State.RECEIVED,
            State.CLOSED,
        ),
        **_each(frozenset({State.SHIPPED}), State.SHIPPED, State.RECEIVED, State.CLOSED),
        **_each(frozenset({State.RECEIVED}), State.RECEIVED, State.CLOSED),
    },
    Event.SEEN_IN_ERP: {
        **_same(_BEING_ORDERED | UNDER_WAY),
        **_each(frozenset({State.UNCONFIRMED}), State.ORDERED),
    },
    Event.RECEIVED: _each((_BEING_ORDERED - {State.PARTLY_ORDERED}) | UNDER_WAY, State.CLOSED),
}
"""event -> state before -> states after. ``created`` and ``adopted`` are not here: they have no
state before them."""

FIRST_STATES = frozenset({State.IN_REVIEW, State.APPROVED, State.HELD})
"""What a new proposal may be."""

ADOPTED_STATES = frozenset({State.ACKNOWLEDGED, State.ORDERED})
"""What a requisition may be that the ERP had before we started."""


def may_follow(event: Event, before: State, after: State) -> bool:
    """Whether the table lets ``event`` lead from ``before`` to ``after``."""
    return after in TRANSITIONS[event].get(before, frozenset())


def possible_events(before: State) -> frozenset[Event]:
    """The events that may happen to a proposal in this state."""
    return frozenset(event for event, moves in TRANSITIONS.items() if before in moves)
