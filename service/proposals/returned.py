"""Proposals that come back: from a rejection, or because the ERP does not take them.

Meanwhile the plan went on without them. Until the next one has looked at a proposal that came
back, its quantity is an old one, and approving it could order a need twice. Whatever brings a
proposal back marks its key dirty, so a key that is not dirty any more has been planned since.
"""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from service.http.problems import Problem
from service.proposals.states import AMENDABLE
from service.proposals.subject import about_the_same
from service.proposals.tables import ProposalEventRow, ProposalRow
from service.work.tables import DirtyKeyRow

_OPEN = [state.value for state in AMENDABLE]


def must_be_newest(session: Session, row: ProposalRow) -> None:
    """A 409 problem if the item and location got another proposal after ``row``.

    The need that ``row`` was for has been looked at again there, and may be ordered already.
    """
    newer = or_(
        ProposalRow.created_at > row.created_at,
        and_(ProposalRow.created_at == row.created_at, ProposalRow.proposal_id > row.proposal_id),
    )
    newest = session.execute(
        select(ProposalRow.external_ref, ProposalRow.state)
        .where(
            about_the_same(row),
            newer,
        )
        .order_by(ProposalRow.created_at.desc(), ProposalRow.proposal_id.desc())
        .limit(1)
    ).one_or_none()
    if newest is not None:
        raise Problem(
            409,
            "newer-proposal",
            f"{newest.external_ref} came later for the same item and location",
            f"It is {newest.state}, and was made for the need that {row.external_ref} was for. "
            "Nothing was changed.",
            remedy="Wait for the next plan: what is still missing is proposed anew.",
        )


def must_be_planned_since(session: Session, row: ProposalRow) -> None:
    """A 409 problem if ``row``, which the caller has locked, came back and no plan saw it yet.

    The plan takes keys before proposals: while it runs, its key still looks dirty from here.
    """
    if not _awaits_plan(session, row):
        return
    returned = session.scalar(
        select(ProposalEventRow)
        .where(
            ProposalEventRow.proposal_id == row.proposal_id,
            ProposalEventRow.from_state.not_in(_OPEN),
            ProposalEventRow.to_state.in_(_OPEN),
        )
        .order_by(ProposalEventRow.occurred_at.desc(), ProposalEventRow.event_id.desc())
        .limit(1)
    )
    if returned is None or returned.details.get("recommendation_id") != str(row.recommendation_id):
        return
    raise Problem(
        409,
        "plan-pending",
        "The quantity is being planned anew",
        f"{row.external_ref} came back, and its quantity is from before that. Nothing was changed.",
        remedy="Wait for the next plan, as a rule a few seconds, and look at it again.",
    )


def _awaits_plan(session: Session, row: ProposalRow) -> bool:
    dirty = select(DirtyKeyRow.generation).where(
        DirtyKeyRow.item_id == row.item_id,
        DirtyKeyRow.location_id.in_([row.location_id, row.from_location_id]),
    )
    return session.scalars(dirty).first() is not None
