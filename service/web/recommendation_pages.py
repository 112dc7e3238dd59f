"""Recommendations: the list of all planned items, and one with its explanation."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from service.http.context import Context
from service.http.problems import Problem
from service.proposals.tables import ProposalRow
from service.replenishment.tables import CurrentRecommendationRow, DecisionRow, RecommendationRow
from service.web.override_panel import override_panel
from service.web.rationale import names_of, rationale_of
from service.web.recommendations import RecommendationFilter, planned_counts, planned_items
from service.web.rendering import render
from service.web.visitor import Visitor, frame

router = APIRouter(include_in_schema=False)
_MOST_PROPOSALS = 5


@router.get("/recommendations")
def recommendations(request: Request, context: Context, visitor: Visitor) -> Response:
    """All planned items, fifty a page, by item and location."""
    wanted = RecommendationFilter.from_query(request.query_params)
    with context.database.read() as session:
        rows, next_key = planned_items(session, wanted)
        total, to_order = planned_counts(session)
        return render(
            "recommendations.html",
            here="recommendations",
            frame=frame(session, context, visitor),
            filter=wanted,
            rows=rows,
            next_key=next_key,
            total=total,
            to_order=to_order,
        )


@router.get("/recommendations/{recommendation_id}")
def recommendation(
    context: Context, visitor: Visitor, recommendation_id: UUID, override: str = ""
) -> Response:
    """One recommendation, the newest or an earlier one, as it was computed."""
    with context.database.read() as session:
        found = session.get(RecommendationRow, recommendation_id)
        if found is None:
            raise Problem(404, "unknown-recommendation", "There is no such recommendation")
        key = found.item_id, found.location_id
        around = frame(session, context, visitor)
        current = session.get(CurrentRecommendationRow, key)
        description, location_name = names_of(session, key)
        decision = session.scalar(
            select(DecisionRow)
            .where(DecisionRow.recommendation_id == recommendation_id)
            .order_by(DecisionRow.decided_at.desc())
            .limit(1)
        )
        proposals = session.scalars(
            select(ProposalRow)
            .where(ProposalRow.item_id == key[0], ProposalRow.location_id == key[1])
            .order_by(ProposalRow.created_at.desc())
            .limit(_MOST_PROPOSALS)
        ).all()
        return render(
            "recommendation.html",
            here="recommendations",
            frame=around,
            overrides=override_panel(session, key, around, f"/recommendations/{recommendation_id}"),
            override_done=override,
            rationale=rationale_of(session, found, decision),
            description=description,
            location_name=location_name,
            proposals=proposals,
            newest=current is None or current.recommendation_id == recommendation_id,
            newest_id=current.recommendation_id if current else None,
        )
