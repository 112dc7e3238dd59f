"""Which changes of a proposal outside systems are told, and in which words."""

from service.proposals.offer import taken_quantity, wanted_total
from service.proposals.states import COMMITTED, Event, State
from service.proposals.tables import ProposalRow
from service.work.outbox import Event as Message

_TYPES = {
    Event.APPROVED: "proposal.approved",
    Event.APPROVED_BY_POLICY: "proposal.approved",
    Event.REJECTED: "proposal.rejected",
    Event.NO_LONGER_NEEDED: "proposal.cancelled",
    Event.SUPERSEDED: "proposal.superseded",
    Event.EXPIRED: "proposal.expired",
    Event.ACKNOWLEDGED: "proposal.acknowledged",
    Event.REFUSED: "proposal.refused",
    Event.CHANGE_REQUESTED: "proposal.change_requested",
    Event.CANCEL_REQUESTED: "proposal.cancel_requested",
    Event.REQUEST_WITHDRAWN: "proposal.request_withdrawn",
    Event.REQUEST_REFUSED: "proposal.request_refused",
    Event.RECEIVED: "proposal.closed",
}
_BY_STATE = frozenset({Event.PROGRESS_REPORTED, Event.SEEN_IN_ERP})
_SILENT = frozenset({Event.CLAIMED, Event.REQUEST_CLAIMED})


def announcement(
    row: ProposalRow, event: Event, before: State | None, reason: str | None
) -> Message | None:
    """The message about ``row`` as it is after ``event``; None where nobody outside cares.

    What happens to a proposal before its approval is the planners' own affair.
    """
    type_ = _type(event, before, State(row.state))
    if type_ is None:
        return None
    return Message(
        type=type_,
        subject=row.external_ref,
        body=_body(row, reason),
        release_not_before=row.release_not_before if type_ == "proposal.approved" else None,
    )


def _type(event: Event, before: State | None, after: State) -> str | None:
    if event in _TYPES:
        return _TYPES[event]
    if event is Event.CLAIM_EXPIRED:
        return "proposal.unconfirmed" if after is State.UNCONFIRMED else None
    if event is Event.REQUEST_ACCEPTED:
        return "proposal.cancelled" if after is State.CANCELLED else "proposal.changed"
    if event in _BY_STATE:
        return None if before is after and event is Event.SEEN_IN_ERP else f"proposal.{after}"
    if event not in _SILENT and State.APPROVED in (before, after):
        return "proposal.changed" if before is State.APPROVED else "proposal.approved"
    return None


def _body(row: ProposalRow, reason: str | None) -> dict[str, object]:
    taken = State(row.state) in COMMITTED or row.accepted_quantity is not None
    return {
        "external_ref": row.external_ref,
        "kind": row.kind,
        "state": row.state,
        "revision": row.revision,
        "row_version": row.row_version,
        "item_id": row.item_id,
        "location_id": row.location_id,
        "supplier_id": row.supplier_id,
        "from_location_id": row.from_location_id or None,
        "quantity": format(wanted_total(row), "f"),
        "taken_quantity": format(taken_quantity(row), "f") if taken else None,
        "unit": row.unit,
        "required_date": row.required_date.isoformat(),
        "expected_date": row.expected_date.isoformat() if row.expected_date else None,
        "erp_number": row.erp_number,
        "purchase_order_number": row.purchase_order_number,
        "reason": reason,
    }
