"""The straight line, walked backwards: from a proposal to the messages that caused it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.forecasts.tables import ForecastRunRow
from service.proposals.tables import (
    NO_RECOMMENDATION,
    OrderMessageRow,
    ProposalEventRow,
    ProposalRow,
)
from service.replenishment.inputs import KeyInputs
from service.replenishment.tables import DecisionRow, RecommendationRow
from service.signals.tables import DemandSignalRow, SignalMessageRow


def tell_story(session: Session, external_ref: str) -> dict[str, Any] | None:
    """Proposal, decision, recommendation, inputs and messages with their versions, as JSON.

    The decision and recommendation are those of the proposal's present revision; ``events``
    is its whole history. Of what was adopted there is no more than that. None if there is no
    such proposal.
    """
    proposal = session.scalar(select(ProposalRow).where(ProposalRow.external_ref == external_ref))
    if proposal is None:
        return None
    told = {"proposal": _proposal(proposal), "events": _events(session, proposal)}
    if proposal.recommendation_id == NO_RECOMMENDATION:
        return told
    decision = session.get_one(DecisionRow, proposal.decision_id)
    recommendation = session.get_one(RecommendationRow, proposal.recommendation_id)
    inputs = KeyInputs.model_validate(recommendation.inputs)
    message = session.get(OrderMessageRow, proposal.decision_id)
    return {
        **told,
        "decision": _decision(decision),
        "recommendation": {
            "recommendation_id": str(recommendation.recommendation_id),
            "business_date": recommendation.business_date.isoformat(),
            "created_at": recommendation.created_at.isoformat(),
            "inputs_digest": recommendation.inputs_digest,
            **recommendation.explanation,
        },
        "order_message": message.explanation if message else None,
        "forecast": _forecast(session, inputs),
        "outside_recommendation": (
            inputs.recommended.model_dump(mode="json") if inputs.recommended else None
        ),
        "signals": _signals(session, inputs),
        "stock": inputs.stock.model_dump(mode="json") if inputs.stock else None,
        "terms": inputs.terms.model_dump(mode="json"),
    }


def _proposal(row: ProposalRow) -> dict[str, Any]:
    return {
        "external_ref": row.external_ref,
        "kind": row.kind,
        "purchase_line": row.purchase_line or None,
        "state": row.state,
        "revision": row.revision,
        "item_id": row.item_id,
        "location_id": row.location_id,
        "supplier_id": row.supplier_id,
        "from_location_id": row.from_location_id or None,
        "recommended_quantity": str(row.recommended_quantity),
        "planner_quantity": None if row.planner_quantity is None else str(row.planner_quantity),
        "unit": row.unit,
        "order_date": row.order_date.isoformat(),
        "required_date": row.required_date.isoformat(),
        "erp_number": row.erp_number,
        "purchase_order_number": row.purchase_order_number,
    }


def _events(session: Session, proposal: ProposalRow) -> list[dict[str, Any]]:
    events: Sequence[ProposalEventRow] = session.scalars(
        select(ProposalEventRow)
        .where(ProposalEventRow.proposal_id == proposal.proposal_id)
        .order_by(ProposalEventRow.occurred_at.desc(), ProposalEventRow.event_id.desc())
    ).all()
    return [
        {
            "occurred_at": event.occurred_at.isoformat(),
            "event": event.event,
            "to_state": event.to_state,
            "revision": event.revision,
            "actor": event.actor,
            "reason": event.reason,
            "details": event.details,
        }
        for event in events
    ]


def _decision(row: DecisionRow) -> dict[str, Any]:
    return {
        "decision_id": str(row.decision_id),
        "outcome": row.outcome,
        "rule_id": row.rule_id,
        "reasons": row.reasons,
        "facts": row.facts,
        "policy": row.policy,
        "policy_version": row.policy_version,
        "policy_hash": row.policy_hash,
        "asked_for": row.asked_for.isoformat(),
    }


def _forecast(session: Session, inputs: KeyInputs) -> dict[str, Any]:
    run = session.scalar(
        select(ForecastRunRow).where(ForecastRunRow.run_id == UUID(inputs.baseline.run_id))
    )
    return {
        **inputs.baseline.model_dump(mode="json", exclude={"quantiles"}),
        "run_kind": run.kind if run else None,
        "run_business_date": run.business_date.isoformat() if run else None,
        "run_sha256": run.sha256 if run else None,
    }


def _signals(session: Session, inputs: KeyInputs) -> list[dict[str, Any]]:
    """Each opportunity as counted, with the message that brought this version."""
    applied = session.execute(
        select(DemandSignalRow.signal_id, SignalMessageRow)
        .join(
            SignalMessageRow,
            (DemandSignalRow.system == SignalMessageRow.system)
            & (DemandSignalRow.opportunity_id == SignalMessageRow.opportunity_id)
            & (DemandSignalRow.line_id == SignalMessageRow.line_id),
        )
        .where(
            DemandSignalRow.signal_id.in_([UUID(one.signal_id) for one in inputs.opportunities]),
            SignalMessageRow.outcome == "applied",
        )
    )
    messages = {(str(row[0]), row[1].source_version): row[1] for row in applied}
    told = []
    for one in inputs.opportunities:
        message = messages.get((one.signal_id, one.source_version))
        told.append(
            {
                **one.model_dump(mode="json"),
                "message_id": message.message_id if message else None,
                "received_at": message.received_at.isoformat() if message else None,
            }
        )
    return told
