"""Exact replay: the stored inputs, computed again, must give the stored decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from rules.ordering.quantities import written
from rules.policy import Fact, decide
from service.policies.versions import by_hash
from service.replenishment.inputs import KeyInputs
from service.replenishment.recommend import Recommended, recommend
from service.replenishment.tables import DecisionRow, RecommendationRow


@dataclass(frozen=True)
class Replay:
    """What the replay of a decision found."""

    decision_id: UUID
    stored: dict[str, Any]
    replayed: dict[str, Any]

    @property
    def differences(self) -> list[str]:
        """The parts that came out differently; empty if the replay is identical."""
        return [part for part in self.stored if self.stored[part] != self.replayed[part]]


def replay(session: Session, decision_id: UUID) -> Replay | None:
    """Compute a stored decision again from its stored inputs; None if there is none."""
    decision = session.get(DecisionRow, decision_id)
    if decision is None:
        return None
    recommendation = session.get_one(RecommendationRow, decision.recommendation_id)
    (result,) = recommend([KeyInputs.model_validate(recommendation.inputs)])
    facts = _facts(result, decision.from_location_id)
    again = decide(by_hash(session, decision.policy_hash), facts).to_json()
    stored = {
        "quantity": written(recommendation.quantity),
        "order_up_to_level": written(recommendation.order_up_to_level),
        "inputs_digest": recommendation.inputs_digest,
        "explanation": recommendation.explanation,
        "facts": decision.facts,
        "outcome": decision.outcome,
        "rule_id": decision.rule_id,
        "reasons": decision.reasons,
    }
    replayed = {
        "quantity": written(result.quantity),
        "order_up_to_level": written(result.order_up_to_level),
        "inputs_digest": result.inputs_digest,
        "explanation": result.document,
        **again,
    }
    return Replay(decision_id, stored, replayed)


def _facts(result: Recommended, giver: str) -> Mapping[str, Fact]:
    """What was asked: about the transfer from ``giver``, or about what is to be ordered."""
    if not giver:
        return result.facts
    (transfer,) = (one for one in result.received if one.giver.location_id == giver)
    return result.facts_of_transfer(transfer)
