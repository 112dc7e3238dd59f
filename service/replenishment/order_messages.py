"""Messages about purchase lines, out of what a pass recommended; decided, stored, proposed.

Lines whose proposal the ERP is being asked to change or cancel are left to that request: what we
asked for ourselves is taken back by change requests until the ERP's feed shows the purchase line,
and by messages from then on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from rules.ordering.explanation import Explanation
from rules.ordering.order_message_words import sentence
from rules.ordering.order_messages import OrderMessage, Tolerances, order_messages
from rules.ordering.terms import total
from rules.policy import Decision, Fact, MessageParameters, Policy, decide
from service.database.base import new_id
from service.proposals.order_messages import WantedMessage, follow_messages
from service.replenishment.facts import ABOVE_OWN_MAXIMUM, SUPPLIER_ORDER_GAP, VALUE, facts_of
from service.replenishment.inputs import KeyInputs
from service.replenishment.order_messages_projection import projection_of, purchase_lines
from service.replenishment.recommend import Recommended, lot_of
from service.replenishment.tables import DecisionRow


def messages_of(
    inputs: KeyInputs, explanation: Explanation, parameters: MessageParameters | None
) -> list[OrderMessage]:
    """What to ask of the purchase lines of a key.

    Nothing where the policy sets no tolerances, where another system is in charge of what is
    ordered, and where a line is for other locations too: the projection does not know the days
    on which they need it, and would have cancelled what was bought for them.
    """
    if parameters is None or not inputs.receipts:
        return []
    if inputs.recommended is not None or _is_for_others(inputs):
        return []
    safety_stock = total(explanation.terms, ("safety_stock",))
    found = order_messages(
        projection_of(inputs, safety_stock, parameters.horizon_intervals),
        purchase_lines(inputs),
        Tolerances(parameters.reschedule_tolerance_days, parameters.defer_min_days),
        inputs.unit,
    )
    requested = {receipt.line for receipt in inputs.receipts if receipt.change_requested}
    return [message for message in found if message.line.reference not in requested]


def _is_for_others(inputs: KeyInputs) -> bool:
    """Whether other locations are given something, wait for it, or are all that it is kept for."""
    network = inputs.network
    if inputs.reserved:
        return True
    if network is None:
        return False
    return bool(network.downstream or network.given or inputs.baseline.mean == 0)


def message_facts(
    inputs: KeyInputs, explanation: Explanation, message: OrderMessage
) -> Mapping[str, Fact]:
    """What the policy is asked about a message: it orders nothing, so it is worth nothing."""
    return {
        **facts_of(inputs, explanation, lot_of(inputs)),
        "kind": message.kind.value,
        "quantity": message.quantity,
        VALUE: Decimal(0),
        SUPPLIER_ORDER_GAP: Decimal(0),
        ABOVE_OWN_MAXIMUM: Decimal(0),
        "planner_conflict": False,
    }


@dataclass(frozen=True)
class _Decided:
    """A message with what the policy says about it and the rows that it rests on."""

    result: Recommended
    message: OrderMessage
    decision: Decision
    recommendation_id: UUID
    decision_id: UUID


def record_messages(
    session: Session,
    recorded: Sequence[tuple[Recommended, UUID]],
    policy: Policy,
    now: datetime,
) -> None:
    """Let the messages about purchase lines follow, in the caller's transaction.

    Each result comes with the id of its row. Decisions are stored for what is proposed.
    """
    decided = [one for result, row_id in recorded for one in _decide(result, row_id, policy)]
    wanted = [_wanted(one, policy.ordering.messages) for one in decided]
    proposed = follow_messages(session, {result.key for result, _ in recorded}, wanted, now)
    rows = [_decision(one, policy, now) for one in decided if one.decision_id in proposed]
    if rows:
        session.execute(insert(DecisionRow), rows)


def _decide(result: Recommended, recommendation_id: UUID, policy: Policy) -> Iterator[_Decided]:
    inputs, explanation = result.inputs, result.explanation
    for message in messages_of(inputs, explanation, policy.ordering.messages):
        decision = decide(policy, message_facts(inputs, explanation, message))
        yield _Decided(result, message, decision, recommendation_id, new_id())


def _wanted(one: _Decided, parameters: MessageParameters | None) -> WantedMessage:
    inputs, line = one.result.inputs, one.message.line
    named = {receipt.line: receipt.supplier_id for receipt in inputs.receipts}
    return WantedMessage(
        item_id=inputs.item_id,
        location_id=inputs.location_id,
        kind=one.message.kind.value,
        purchase_line=line.reference,
        quantity=one.message.quantity,
        due=line.due,
        wanted_on=one.message.wanted,
        supplier_id=named[line.reference] or inputs.terms.supplier_id,
        unit=inputs.unit,
        unit_price=inputs.terms.unit_price,
        currency=inputs.terms.currency,
        today=inputs.setting.business_date,
        tolerance_days=parameters.reschedule_tolerance_days if parameters else 0,
        rationale=sentence(one.message),
        explanation=one.message.to_json(),
        recommendation_id=one.recommendation_id,
        decision_id=one.decision_id,
        outcome=one.decision.outcome,
    )


def _decision(one: _Decided, policy: Policy, now: datetime) -> dict[str, object]:
    return {
        "decision_id": one.decision_id,
        "recommendation_id": one.recommendation_id,
        "policy_hash": policy.hash,
        "policy": policy.name,
        "policy_version": policy.version,
        "asked_for": one.result.inputs.setting.business_date,
        **one.decision.to_json(),
        "decided_at": now,
    }
