"""Asking the ERP to take back what is no longer needed.

What the ERP has taken is never changed silently. When stock and commitments stand above the
order-up-to level, the newest acknowledged proposals that are not on a purchase order yet are
asked to shrink, or to be cancelled; the ERP may refuse, and is not asked again for as much or
more. What a planner added on purpose is no surplus. If the need returns before the ERP took the
request, it is withdrawn. A request that the ERP took and did not answer may have been carried
out: it is offered again as it stands until the ERP answers.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rules.ordering.lot_sizing import size_lot
from service.proposals.offer import planners_extra, taken_quantity
from service.proposals.states import REQUESTED, Event, State
from service.proposals.tables import ProposalRow
from service.proposals.transitions import Change
from service.proposals.wanted import WantedOrder

REQUESTABLE = frozenset({State.ACKNOWLEDGED, *REQUESTED})
"""Accepted by the ERP, not yet ordered."""

Planned = tuple[ProposalRow, Change]


def plan_requests(rows: Sequence[ProposalRow], wanted: WantedOrder) -> Iterator[Planned]:
    """The requests to make, amend or withdraw among the committed ``rows`` of a key."""
    candidates = [row for row in rows if row.state in REQUESTABLE and row.seen_in_erp_at is None]
    deliberate = sum((planners_extra(row) for row in candidates), Decimal(0))
    surplus = Decimal(0) if wanted.quantity > 0 else max(wanted.surplus - deliberate, Decimal(0))
    for row in sorted(candidates, key=lambda row: (row.created_at, row.proposal_id), reverse=True):
        accepted = taken_quantity(row)
        if _may_be_carried_out(row):
            given_back = accepted - (row.requested_quantity or Decimal(0))
        else:
            desired = _desired(row, surplus, wanted)
            given_back = accepted - desired
            change = _change(row, desired)
            if change is not None:
                yield row, change
        surplus = max(surplus - given_back, Decimal(0))


def _may_be_carried_out(row: ProposalRow) -> bool:
    """Whether the ERP works on it, or did so and gave no answer; then it stays as it is."""
    return row.state in REQUESTED and (row.claim_id is not None or row.previously_taken)


def _desired(row: ProposalRow, surplus: Decimal, wanted: WantedOrder) -> Decimal:
    """The total wanted instead of what was accepted; the accepted one if it is not worth asking."""
    accepted = taken_quantity(row)
    desired = min(size_lot(accepted - surplus, wanted.lot).quantity, accepted)
    worth_asking = accepted - desired >= wanted.change_request_min_share * accepted
    was_refused = row.refused_quantity is not None and desired >= row.refused_quantity
    return desired if worth_asking and not was_refused else accepted


def _change(row: ProposalRow, desired: Decimal) -> Change | None:
    accepted = taken_quantity(row)
    if desired == accepted:
        if row.state == State.ACKNOWLEDGED:
            return None
        withdrawn = {"requested_quantity": None, "previously_taken": False}
        reason = "the accepted quantity is needed after all"
        return Change(Event.REQUEST_WITHDRAWN, State.ACKNOWLEDGED, reason=reason, values=withdrawn)
    if desired == row.requested_quantity and row.state in REQUESTED:
        return None
    event, to = _REQUESTS[desired == 0]
    reason = f"{(accepted - desired).normalize():f} of {accepted.normalize():f} are surplus"
    values = {"requested_quantity": desired, "claim_id": None, "previously_taken": False}
    return Change(event, to, reason=reason, values=values)


_REQUESTS = {
    True: (Event.CANCEL_REQUESTED, State.CANCEL_REQUESTED),
    False: (Event.CHANGE_REQUESTED, State.CHANGE_REQUESTED),
}
