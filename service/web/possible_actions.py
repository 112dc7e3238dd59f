"""Which buttons a proposal's page offers: the table of states has the last word."""

from adapters.canonical.proposal import MESSAGES
from service.proposals.states import Event, State, possible_events
from service.proposals.tables import ProposalRow

_EVENTS = {
    "approve": Event.APPROVED,
    "change": Event.QUANTITY_CHANGED,
    "reject": Event.REJECTED,
    "snooze": Event.SNOOZED,
    "withdraw": Event.EDIT_WITHDRAWN,
    "reopen": Event.REOPENED,
}


def possible_actions(proposal: ProposalRow) -> frozenset[str]:
    """The actions that ``proposal`` allows a planner in its state."""
    events = possible_events(State(proposal.state))
    allowed = {action for action, event in _EVENTS.items() if event in events}
    if proposal.planner_quantity is None:
        allowed.discard("withdraw")
    if proposal.kind in MESSAGES:
        allowed.discard("change")
    return frozenset(allowed)


def can_be_approved(proposal: ProposalRow) -> bool:
    """Whether it can be picked for approval."""
    return "approve" in possible_actions(proposal)
