"""Write what a pass found: recommendations, decisions, and what becomes of the proposals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from rules.policy import Decision, Policy
from service.database.base import new_id
from service.database.key_sets import rows_of_keys
from service.database.upsert import upsert
from service.proposals.amend import WantedOrder, apply_recommendations
from service.proposals.open_offers import open_recommendations
from service.replenishment.order_messages import record_messages
from service.replenishment.recommend import Recommended
from service.replenishment.tables import CurrentRecommendationRow, DecisionRow, RecommendationRow
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class _Recorded:
    """A result with the ids of its new rows."""

    result: Recommended
    decision: Decision
    recommendation_id: UUID
    decision_id: UUID


def current_digests(session: Session, keys: Collection[Key]) -> dict[Key, str]:
    """The digest of the inputs behind the current recommendation of each of ``keys``.

    Keys whose open proposal rests on another recommendation are left out: a planner or the ERP
    has brought it back, and it must be derived anew.
    """
    offered = open_recommendations(session, keys)
    current = select(
        CurrentRecommendationRow.item_id,
        CurrentRecommendationRow.location_id,
        RecommendationRow.recommendation_id,
        RecommendationRow.inputs_digest,
    ).join(
        RecommendationRow,
        RecommendationRow.recommendation_id == CurrentRecommendationRow.recommendation_id,
    )
    found = rows_of_keys(session, current, CurrentRecommendationRow.item_id, keys)
    return {
        (item_id, location_id): digest
        for item_id, location_id, recommendation_id, digest in found
        if offered.get((item_id, location_id), set()) <= {recommendation_id}
    }


def record(
    session: Session,
    decided: Sequence[tuple[Recommended, Decision]],
    policy: Policy,
    now: datetime,
) -> None:
    """Write ``decided`` in the caller's transaction and let the proposals follow."""
    if not decided:
        return
    entries = [_Recorded(result, decision, new_id(), new_id()) for result, decision in decided]
    session.execute(insert(RecommendationRow), [_recommendation(one, now) for one in entries])
    session.execute(insert(DecisionRow), [_decision(one, policy, now) for one in entries])
    upsert(
        session,
        CurrentRecommendationRow,
        [_current(one) for one in entries],
        key=("item_id", "location_id"),
    )
    apply_recommendations(session, [_wanted(one, policy) for one in entries], now)
    record_messages(session, [(one.result, one.recommendation_id) for one in entries], policy, now)


def _recommendation(entry: _Recorded, now: datetime) -> dict[str, object]:
    result = entry.result
    return {
        "recommendation_id": entry.recommendation_id,
        "item_id": result.inputs.item_id,
        "location_id": result.inputs.location_id,
        "business_date": result.inputs.setting.business_date,
        "quantity": result.quantity,
        "order_up_to_level": result.order_up_to_level,
        "explanation": result.explanation.to_json(),
        "inputs": result.inputs.model_dump(mode="json"),
        "inputs_digest": result.inputs_digest,
        "created_at": now,
    }


def _decision(entry: _Recorded, policy: Policy, now: datetime) -> dict[str, object]:
    return {
        "decision_id": entry.decision_id,
        "recommendation_id": entry.recommendation_id,
        "policy_hash": policy.hash,
        "policy": policy.name,
        "policy_version": policy.version,
        "asked_for": entry.result.inputs.setting.business_date,
        **entry.decision.to_json(),
        "decided_at": now,
    }


def _current(entry: _Recorded) -> dict[str, object]:
    return {
        "item_id": entry.result.inputs.item_id,
        "location_id": entry.result.inputs.location_id,
        "recommendation_id": entry.recommendation_id,
        "decision_id": entry.decision_id,
    }


def _wanted(entry: _Recorded, policy: Policy) -> WantedOrder:
    inputs = entry.result.inputs
    today = inputs.setting.business_date
    return WantedOrder(
        item_id=inputs.item_id,
        location_id=inputs.location_id,
        quantity=entry.result.quantity,
        supplier_id=inputs.supplier_id,
        unit=inputs.unit,
        unit_price=inputs.terms.unit_price if inputs.priced else None,
        currency=inputs.terms.currency if inputs.priced else None,
        order_date=today,
        required_date=entry.result.required_date,
        rationale=entry.result.rationale,
        recommendation_id=entry.recommendation_id,
        decision_id=entry.decision_id,
        outcome=entry.decision.outcome,
        surplus=entry.result.surplus,
        lot=entry.result.explanation.lot,
        change_request_min_share=policy.ordering.change_request_min_share,
    )
