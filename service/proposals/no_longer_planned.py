"""What becomes of the proposals of an (item, location) that nobody plans any more.

Its terms, its item or its location went out of use, so no recommendation will follow up on what
is open: it would be offered to the ERP for good, at the quantity of the last plan.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from service.proposals.committed import CommittedProposal, committed, note_seen_in_erp
from service.proposals.open_offers import open_proposals
from service.proposals.review import send_to_review
from service.proposals.states import Event, State
from service.proposals.tables import ProposalRow
from service.proposals.transitions import Change, transition
from service.work.dirty_keys import Key

__all__ = ["NO_LONGER_PLANNED", "Retired", "retire"]

NO_LONGER_PLANNED = "no longer planned: no terms, item or location in use"


@dataclass(frozen=True)
class Retired:
    """What was done to open proposals, in numbers of them, and what only the ERP can undo.

    ``still_taken`` was taken by the ERP and is not, or not all of it, on a purchase order:
    somebody should ask whether it is still wanted. Oldest first for each key.
    """

    cancelled: int = 0
    sent_to_review: int = 0
    still_taken: tuple[CommittedProposal, ...] = ()


def retire(session: Session, keys: Collection[Key], now: datetime) -> Retired:
    """Take the open proposals of ``keys`` off the offer; doing it again changes nothing more.

    What a planner edited goes to review, for a person wanted it; all else is cancelled. The
    caller holds the keys' dirty rows (``service.work.dirty_keys.clear``), as for
    ``apply_recommendations``.
    """
    note_seen_in_erp(session, keys, now)
    cancelled = reviewed = 0
    for row in open_proposals(session, keys):
        if row.planner_quantity is None:
            _cancel(session, row, now)
            cancelled += 1
        else:
            # With nothing recommended, withdrawing the edit cancels the proposal.
            nothing = {"recommended_quantity": Decimal(0)}
            reviewed += send_to_review(session, row, NO_LONGER_PLANNED, now, nothing)
    session.flush()
    taken = [one for one in committed(session, keys) if one.state is not State.ORDERED]
    return Retired(cancelled, reviewed, tuple(taken))


def _cancel(session: Session, row: ProposalRow, now: datetime) -> None:
    values = {"approved_by": None, "release_not_before": None}
    change = Change(
        Event.NO_LONGER_NEEDED, State.CANCELLED, reason=NO_LONGER_PLANNED, values=values
    )
    transition(session, row, change, now)
