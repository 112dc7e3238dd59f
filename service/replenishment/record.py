"""Write what a pass found: recommendations, decisions, and what becomes of the proposals."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from rules.policy import Decision, Policy
from service.database.key_sets import rows_of_keys
from service.database.upsert import upsert
from service.proposals.amend import apply_recommendations
from service.proposals.open_offers import open_recommendations
from service.replenishment.order_messages import record_messages
from service.replenishment.recommend import Recommended
from service.replenishment.tables import CurrentRecommendationRow, DecisionRow, RecommendationRow
from service.replenishment.wanted_orders import Entry, entries_of, order_later, wanted_order
from service.work.business_date import start_of_planning_day
from service.work.dirty_keys import Key


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
    entries = entries_of(decided, policy)
    session.execute(insert(RecommendationRow), [_recommendation(one, now) for one in entries])
    decisions = [row for one in entries for row in _decisions(one, policy, now)]
    session.execute(insert(DecisionRow), decisions)
    upsert(
        session,
        CurrentRecommendationRow,
        [_current(one) for one in entries],
        key=("item_id", "location_id"),
    )
    later = {day for day in map(order_later, entries) if day is not None}
    begins = {day: start_of_planning_day(session, day, now) for day in sorted(later)}
    apply_recommendations(session, [wanted_order(one, policy, begins) for one in entries], now)
    record_messages(session, [(one.result, one.recommendation_id) for one in entries], policy, now)


def _recommendation(entry: Entry, now: datetime) -> dict[str, object]:
    result = entry.result
    return {
        "recommendation_id": entry.recommendation_id,
        "item_id": result.inputs.item_id,
        "location_id": result.inputs.location_id,
        "business_date": result.inputs.setting.business_date,
        "quantity": result.quantity,
        "order_up_to_level": result.order_up_to_level,
        "explanation": result.document,
        "inputs": result.inputs.model_dump(mode="json"),
        "inputs_digest": result.inputs_digest,
        "created_at": now,
    }


def _decisions(entry: Entry, policy: Policy, now: datetime) -> Iterator[dict[str, object]]:
    """The decision about what to order, then those about the transfers."""
    about = [(entry.decision_id, "", entry.decision)]
    about += [
        (one.decision_id, one.transfer.giver.location_id, one.decision) for one in entry.transfers
    ]
    for decision_id, giver, decision in about:
        yield {
            "decision_id": decision_id,
            "recommendation_id": entry.recommendation_id,
            "from_location_id": giver,
            "policy_hash": policy.hash,
            "policy": policy.name,
            "policy_version": policy.version,
            "asked_for": entry.result.inputs.setting.business_date,
            **decision.to_json(),
            "decided_at": now,
        }


def _current(entry: Entry) -> dict[str, object]:
    return {
        "item_id": entry.result.inputs.item_id,
        "location_id": entry.result.inputs.location_id,
        "recommendation_id": entry.recommendation_id,
        "decision_id": entry.decision_id,
    }
