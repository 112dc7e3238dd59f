"""Proposals as other systems read them: JSON with decimals as strings."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from adapters.canonical.proposal import ProposalKind, RequisitionProposal
from service.proposals.claimable import REQUEST_STATES
from service.proposals.offer import in_conflict, offered_quantity, wanted_total
from service.proposals.tables import ProposalEventRow, ProposalRow


def offered(row: ProposalRow, kind: ProposalKind) -> RequisitionProposal:
    """The proposal as a claim offers it; for a change or cancellation, the new total."""
    requested = row.requested_quantity if kind in REQUEST_STATES else None
    return RequisitionProposal(
        kind=kind,
        external_ref=row.external_ref,
        revision=row.revision,
        item_id=row.item_id,
        location_id=row.location_id,
        supplier_id=row.supplier_id,
        from_location_id=row.from_location_id or None,
        purchase_line=row.purchase_line or None,
        quantity=offered_quantity(row) if requested is None else requested,
        unit=row.unit,
        unit_price=row.unit_price,
        currency=row.currency,
        order_date=row.order_date,
        required_date=row.required_date,
        rationale=row.rationale,
        offer=row.offer,
        previously_taken=row.previously_taken,
    )


def described_proposal(row: ProposalRow) -> dict[str, Any]:
    """All that a system may know about a proposal; ``row_version`` is its ETag."""
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
        "purchase_line": row.purchase_line or None,
        "quantity": written(wanted_total(row)),
        "recommended_quantity": written(row.recommended_quantity),
        "planner_quantity": written(row.planner_quantity),
        "conflict": in_conflict(row),
        "accepted_quantity": written(row.accepted_quantity),
        "requested_quantity": written(row.requested_quantity),
        "ordered_quantity": written(row.ordered_quantity),
        "spare_quantity": written(row.spare_quantity),
        "unit": row.unit,
        "unit_price": written(row.unit_price),
        "currency": row.currency,
        "order_date": row.order_date.isoformat(),
        "required_date": row.required_date.isoformat(),
        "rationale": row.rationale,
        "review_reason": row.review_reason,
        "snoozed_until": _day(row.snoozed_until),
        "release_not_before": _day(row.release_not_before),
        "erp_number": row.erp_number,
        "purchase_order_number": row.purchase_order_number,
        "expected_date": _day(row.expected_date),
        "shipped_at": _day(row.shipped_at),
        "received_at": _day(row.received_at),
        "previously_taken": row.previously_taken,
        "created_at": row.created_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
    }


def described_history(events: Sequence[ProposalEventRow]) -> list[dict[str, Any]]:
    """The history, in the order given."""
    return [
        {
            "event": event.event,
            "from_state": event.from_state,
            "to_state": event.to_state,
            "revision": event.revision,
            "actor": event.actor,
            "reason": event.reason,
            "details": event.details,
            "occurred_at": event.occurred_at.isoformat(),
        }
        for event in events
    ]


def written(value: Decimal | None) -> str | None:
    """A quantity or price in JSON: plain digits, never an exponent."""
    return None if value is None else f"{value:f}"


def _day(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())
