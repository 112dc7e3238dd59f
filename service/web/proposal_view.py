"""A proposal with everything its page shows."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.http.problems import Problem
from service.proposals.states import AMENDABLE, Event, State
from service.proposals.tables import NO_RECOMMENDATION, ProposalEventRow, ProposalRow
from service.replenishment.inputs import OrderPointInput
from service.replenishment.tables import CurrentRecommendationRow, DecisionRow, RecommendationRow
from service.web.message_view import message_view
from service.web.override_panel import override_panel
from service.web.possible_actions import possible_actions
from service.web.queue import QueueFilter, in_conflict, neighbours, order_value, wanted_quantity
from service.web.rationale import names_of, rationale_of
from service.web.terms import proposal_address
from service.web.transfers import location_names, transfers_of
from service.web.visitor import Frame

_NEXT_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Typed:
    """What was typed into a form that was refused: it is shown again."""

    action: str = ""
    quantity: str = ""
    reason: str = ""
    until: str = ""
    wrong: str = ""
    """The field to be mended."""


NOTHING_TYPED = Typed()


def proposal_by_ref(session: Session, external_ref: str) -> ProposalRow:
    """The proposal; a 404 problem if there is none."""
    proposal = session.scalar(select(ProposalRow).where(ProposalRow.external_ref == external_ref))
    if proposal is None:
        raise Problem(
            404,
            "unknown-proposal",
            "There is no such proposal",
            remedy="Search for the item in the queue.",
        )
    return proposal


def proposal_values(
    session: Session, proposal: ProposalRow, around: Frame, wanted: QueueFilter
) -> dict[str, Any]:
    """The values of the proposal's page for the person in ``around``."""
    recommendation = session.get(RecommendationRow, proposal.recommendation_id)
    decision = session.get(DecisionRow, proposal.decision_id)
    rationale = recommendation and rationale_of(session, recommendation, decision)
    description, location_name = names_of(session, (proposal.item_id, proposal.location_id))
    previous_ref, next_ref = neighbours(session, wanted, proposal)
    giver = proposal.from_location_id
    names = location_names(session, {giver})
    decides = around.person.role.decides
    events = _events(session, proposal)
    return {
        "here": "queue",
        "frame": around,
        "filter": wanted,
        "proposal": proposal,
        "description": description,
        "location_name": location_name,
        "giver_name": names[giver] or giver,
        "transfers": transfers_of(session, recommendation, giver) if recommendation else [],
        "rationale": rationale,
        "order_message": message_view(session, proposal.decision_id),
        "adopted": proposal.recommendation_id == NO_RECOMMENDATION,
        "lot": recommendation.explanation.get("lot") if recommendation else None,
        "order_point": _order_point(recommendation),
        "quantity": wanted_quantity(proposal),
        "value": order_value(proposal),
        "conflict": in_conflict(proposal),
        "moved_on": _newer(session, proposal),
        "events": events,
        "overrides": override_panel(
            session,
            (proposal.item_id, proposal.location_id),
            around,
            proposal_address(proposal.external_ref) + wanted.address(),
        ),
        "edit_reason": next((e.reason for e in events if e.event == Event.QUANTITY_CHANGED), None),
        "previous_ref": previous_ref,
        "next_ref": next_ref,
        "decides": decides,
        "allowed": possible_actions(proposal) if decides else frozenset(),
        "typed": NOTHING_TYPED,
        "tomorrow": around.today + timedelta(days=1),
        "next_week": around.today + _NEXT_WEEK,
        "waits": proposal.order_date > around.today and State(proposal.state) in AMENDABLE,
        "message": None,
        "override_done": "",
    }


def _order_point(recommendation: RecommendationRow | None) -> OrderPointInput | None:
    """The ERP's own order point that the policy was told of, if there was one."""
    told = recommendation.inputs.get("order_point") if recommendation else None
    return OrderPointInput.model_validate(told) if told else None


def _newer(session: Session, proposal: ProposalRow) -> str:
    current = session.get(CurrentRecommendationRow, (proposal.item_id, proposal.location_id))
    followed = {NO_RECOMMENDATION, current.recommendation_id if current else None}
    if current is None or proposal.recommendation_id in followed:
        return ""
    return str(current.recommendation_id)


def _events(session: Session, proposal: ProposalRow) -> list[ProposalEventRow]:
    return list(
        session.scalars(
            select(ProposalEventRow)
            .where(ProposalEventRow.proposal_id == proposal.proposal_id)
            .order_by(ProposalEventRow.occurred_at.desc(), ProposalEventRow.event_id.desc())
        )
    )
