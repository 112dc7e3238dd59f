"""Recommendations with their inputs and terms, and the decisions about them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table, new_id


class RecommendationRow(Table):
    """What to order for an (item, location), and why: immutable."""

    __tablename__ = "recommendations"
    recommendation_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    item_id: Mapped[str]
    location_id: Mapped[str]
    business_date: Mapped[date]
    quantity: Mapped[Decimal]
    order_up_to_level: Mapped[Decimal]
    explanation: Mapped[dict[str, Any]]
    """``rules.ordering.explanation.Explanation`` as JSON: terms that add up to ``quantity``."""
    inputs: Mapped[dict[str, Any]]
    """Everything the computation read, so that it can be replayed exactly."""
    inputs_digest: Mapped[str]
    created_at: Mapped[datetime]
    __table_args__ = (Index(None, "item_id", "location_id", "created_at"),)


class CurrentRecommendationRow(Table):
    """The newest recommendation of an (item, location)."""

    __tablename__ = "current_recommendations"
    item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    recommendation_id: Mapped[UUID]
    decision_id: Mapped[UUID | None]


class DecisionRow(Table):
    """What a policy said about a recommendation: immutable."""

    __tablename__ = "decisions"
    decision_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    recommendation_id: Mapped[UUID]
    from_location_id: Mapped[str] = mapped_column(default="", server_default="")
    """The giver of the transfer it is about; empty for what is to be bought."""
    policy_hash: Mapped[str]
    policy: Mapped[str]
    policy_version: Mapped[int]
    asked_for: Mapped[date]
    """The business date the policy was asked as of."""
    facts: Mapped[dict[str, Any]]
    outcome: Mapped[str]
    """auto, review or hold."""
    rule_id: Mapped[str]
    reasons: Mapped[list[Any]]
    decided_at: Mapped[datetime]
    __table_args__ = (Index(None, "recommendation_id"),)
