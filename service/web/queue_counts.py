"""The figures above the queue, and the choices its filters offer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Double, case, cast, func, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import MESSAGES
from service.database.types import MILLIONTHS
from service.feeds.tables import LocationRow
from service.proposals.tables import ProposalRow
from service.replenishment.tables import DecisionRow
from service.web.wording import words

_SOON = timedelta(days=7)
_MOST_CHOICES = 200


@dataclass(frozen=True)
class Waiting:
    """What waits for a planner: how many, worth how much, how many are needed within a week."""

    proposals: int
    value: float
    needed_soon: int


@dataclass(frozen=True)
class Choice:
    """An option of a filter."""

    value: str
    label: str


def counts_by_state(session: Session) -> Mapping[str, int]:
    """How many proposals are in each state, the states in the order of their use."""
    found = session.execute(
        select(ProposalRow.state, func.count()).group_by(ProposalRow.state)
    ).all()
    counts = {row[0]: row[1] for row in found}
    order = {state: place for place, state in enumerate(_STATES_IN_ORDER)}
    return dict(sorted(counts.items(), key=lambda pair: order.get(pair[0], len(order))))


_STATES_IN_ORDER = (
    "in_review",
    "held",
    "snoozed",
    "approved",
    "claimed",
    "unconfirmed",
    "change_requested",
    "cancel_requested",
    "acknowledged",
    "ordered",
    "partly_ordered",
)


def waiting(session: Session, today: date) -> Waiting:
    """Figures of the proposals in review; the value is for display, not for the books."""
    quantity = func.coalesce(ProposalRow.planner_quantity, ProposalRow.recommended_quantity)
    value = cast(quantity, Double) * cast(ProposalRow.unit_price, Double)
    in_review = ProposalRow.state == "in_review"
    orders = ProposalRow.kind.not_in(MESSAGES)  # a message spends nothing
    count, total = session.execute(
        select(func.count(), func.sum(case((orders, value)))).where(in_review)
    ).one()
    soon = session.scalar(
        select(func.count()).where(in_review, ProposalRow.required_date < today + _SOON)
    )
    return Waiting(count, float(total or 0) / float(MILLIONTHS) ** 2, soon or 0)


def locations_in_use(session: Session) -> list[Choice]:
    """The locations that have proposals."""
    found = session.execute(
        select(ProposalRow.location_id, LocationRow.name)
        .outerjoin(LocationRow, LocationRow.location_id == ProposalRow.location_id)
        .distinct()
        .order_by(ProposalRow.location_id)
        .limit(_MOST_CHOICES)
    )
    return [Choice(location_id, name or location_id) for location_id, name in found]


def kinds_in_use(session: Session) -> list[Choice]:
    """The kinds of proposals that there are."""
    found = session.scalars(select(ProposalRow.kind).distinct().order_by(ProposalRow.kind))
    return [Choice(kind, words(kind)) for kind in found]


def rules_in_use(session: Session, state: str) -> list[Choice]:
    """The rules that sent proposals of ``state`` where they are."""
    found = session.execute(
        select(DecisionRow.rule_id, func.count())
        .join(ProposalRow, ProposalRow.decision_id == DecisionRow.decision_id)
        .where(ProposalRow.state == state)
        .group_by(DecisionRow.rule_id)
        .order_by(func.count().desc(), DecisionRow.rule_id)
        .limit(_MOST_CHOICES)
    )
    return [Choice(rule_id, f"{rule_id} ({count})") for rule_id, count in found]
