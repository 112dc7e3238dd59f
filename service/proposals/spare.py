"""How much a planner may send: what the giver can spare by the plan that is in force."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from rules.ordering.quantities import readable
from service.http.problems import Problem
from service.proposals.decisions import Edit, check_role, opened
from service.proposals.subject import keys_of, keys_of_proposal
from service.proposals.tables import ProposalRow
from service.proposals.transitions import unknown_proposal
from service.work import dirty_keys


def opened_under_plan(session: Session, edit: Edit, now: datetime) -> ProposalRow:
    """A transfer as ``decisions.opened``, while no new plan for either end is pending.

    Its keys are marked dirty in the same step, so that two planners cannot both give away what
    is there once: the second finds the first one's mark. A 409 problem if a plan is pending.
    """
    check_role(edit)
    keys = keys_of_proposal(session, ProposalRow.proposal_id == edit.proposal_id)
    if keys is None:
        raise unknown_proposal()
    if not dirty_keys.mark_if_clean(session, keys, "planner", now):
        row = opened(session, edit)
        raise Problem(
            409,
            "plan-pending",
            "What the giver can spare is being planned anew",
            f"{row.item_id} changed at {' or '.join(place for _, place in keys_of(row))}. "
            "Nothing was changed.",
            remedy="Wait for the next plan, as a rule a few seconds, and look at it again.",
        )
    return opened(session, edit)


def check_spare(row: ProposalRow, quantity: Decimal) -> None:
    """A 422 problem if ``quantity`` is more than the giver can spare."""
    spare = row.spare_quantity or Decimal(0)
    if quantity > spare:
        raise Problem(
            422,
            "quantity-not-spare",
            f"{row.from_location_id} can spare {readable(spare)} {row.unit}",
            f"{readable(quantity)} were asked for. The rest is needed there or promised to "
            "others. Nothing was changed.",
            remedy=f"Enter at most {readable(spare)}; what is missing then is bought.",
            spare_quantity=f"{spare:f}",
        )
