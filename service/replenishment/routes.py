"""``GET /v1/recommendations``: what is recommended now, and whether that is up to date."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select

from rules.ordering.quantities import written
from service.access.api_keys import Scope, System
from service.http.context import Context
from service.http.problems import Problem
from service.http.queries import KnownParametersOnly
from service.http.systems import system_with
from service.replenishment.tables import CurrentRecommendationRow, DecisionRow, RecommendationRow
from service.work.tables import DirtyKeyRow

router = APIRouter(prefix="/v1", tags=["recommendations"])

Reader = Annotated[System, Depends(system_with(Scope.PROPOSALS_READ))]


@router.get("/recommendations", summary="The current recommendation of an item at a location")
def current_recommendation(
    context: Context,
    _system: Reader,
    _query: KnownParametersOnly,
    item: Annotated[str, Query(max_length=64)],
    location: Annotated[str, Query(max_length=64)],
) -> dict[str, Any]:
    """The newest recommendation with its terms and the decision about it.

    ``pending`` is true while something has changed that it does not show yet.
    """
    with context.database.read() as session:
        found = session.execute(
            select(RecommendationRow, DecisionRow)
            .join(
                CurrentRecommendationRow,
                CurrentRecommendationRow.recommendation_id == RecommendationRow.recommendation_id,
            )
            .join(DecisionRow, DecisionRow.decision_id == CurrentRecommendationRow.decision_id)
            .where(
                CurrentRecommendationRow.item_id == item,
                CurrentRecommendationRow.location_id == location,
            )
        ).one_or_none()
        pending = session.get(DirtyKeyRow, (item, location)) is not None
    if found is None:
        raise Problem(
            404,
            "no-recommendation",
            f"Nothing is recommended for {item} at {location} yet",
            remedy="Send its supplier terms, then wait for the next pass."
            if not pending
            else "The key is being computed: ask again.",
            pending=pending,
        )
    return {**_document(*found), "pending": pending}


def _document(recommendation: RecommendationRow, decision: DecisionRow) -> dict[str, Any]:
    return {
        "recommendation_id": str(recommendation.recommendation_id),
        "item_id": recommendation.item_id,
        "location_id": recommendation.location_id,
        "business_date": recommendation.business_date.isoformat(),
        "quantity": written(recommendation.quantity),
        "order_up_to_level": written(recommendation.order_up_to_level),
        "explanation": recommendation.explanation,
        "created_at": recommendation.created_at.isoformat(),
        "decision": {
            "decision_id": str(decision.decision_id),
            "outcome": decision.outcome,
            "rule_id": decision.rule_id,
            "reasons": decision.reasons,
            "facts": decision.facts,
            "policy": decision.policy,
            "policy_version": decision.policy_version,
            "policy_hash": decision.policy_hash,
        },
    }
