"""What a plan came to, read from the tables."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.forecasts.baselines import fit_dirty
from service.forecasts.tables import ForecastRunRow, SeriesForecastRow
from service.proposals.planner import Decided, Edit
from service.proposals.tables import ProposalRow
from service.replenishment.recompute import recompute_dirty
from service.replenishment.tables import RecommendationRow

SEPTEMBER: dict[str, Any] = {"delivery_window": {"start": "2011-09-01", "end": "2011-09-05"}}
WON: dict[str, Any] = {"status": "won", "win_probability": "1", **SEPTEMBER}


def plan(context: ServiceContext) -> None:
    while fit_dirty(context) or recompute_dirty(context).keys:
        pass


def recommendations(context: ServiceContext) -> list[RecommendationRow]:
    with context.database.read() as session:
        return list(
            session.scalars(
                select(RecommendationRow).order_by(
                    RecommendationRow.created_at, RecommendationRow.recommendation_id
                )
            )
        )


def runs(context: ServiceContext) -> int:
    with context.database.read() as session:
        return session.scalar(select(func.count()).select_from(ForecastRunRow)) or 0


def baseline(context: ServiceContext) -> tuple[UUID, float]:
    with context.database.read() as session:
        row = session.get_one(SeriesForecastRow, ("BOTTLE", "UK"))
        return row.run_id, row.interval_mean


def of_kind(recommendation: RecommendationRow, kind: str) -> Decimal:
    return sum(
        (
            Decimal(term["quantity"])
            for term in recommendation.explanation["terms"]
            if term["kind"] == kind
        ),
        Decimal(0),
    )


def proposals(context: ServiceContext) -> list[ProposalRow]:
    """All proposals, oldest first."""
    with context.database.read() as session:
        return list(session.scalars(select(ProposalRow).order_by(ProposalRow.proposal_id)))


def planner_says(
    context: ServiceContext, decide: Callable[[Session, Edit, datetime], Decided]
) -> None:
    """A planner decides about the newest proposal."""
    newest = proposals(context)[-1]
    edit = Edit(newest.proposal_id, newest.row_version, "anna", "because")
    with context.database.write() as session:
        decide(session, edit, context.clock())
