"""What the ERP has taken from us since a moment, whatever became of it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.database.key_sets import rows_of_keys
from service.proposals.committed import CommittedProposal
from service.proposals.offer import taken_quantity
from service.proposals.states import COMMITTED, Event, State
from service.proposals.tables import ProposalEventRow, ProposalRow
from service.work.dirty_keys import Key

_HANDED_OVER = (Event.CLAIMED, Event.ACKNOWLEDGED)
_CONFIRMED_BY_FEED = and_(
    ProposalEventRow.event == Event.SEEN_IN_ERP.value,
    ProposalEventRow.from_state == State.UNCONFIRMED.value,
)
_UNANSWERED = frozenset({State.CLAIMED, State.UNCONFIRMED})
_BRINGS_GOODS = (ProposalKind.REQUISITION, ProposalKind.TRANSFER)


def taken_since(
    session: Session, moments: Mapping[Key, datetime]
) -> dict[Key, list[CommittedProposal]]:
    """What was claimed or acknowledged at or after each key's moment, oldest first.

    Unlike ``committed`` it also counts what the ERP's feed shows and what has arrived: whoever
    reckoned before that moment could know of neither. What the ERP refused or gave back does
    not count. What it has claimed and not answered counts whenever it was claimed: as long as
    there is no document, nobody but us knows of it.
    """
    if not moments:
        return {}
    handed_over = (
        select(func.max(ProposalEventRow.occurred_at))
        .where(
            ProposalEventRow.proposal_id == ProposalRow.proposal_id,
            or_(
                ProposalEventRow.event.in_([event.value for event in _HANDED_OVER]),
                _CONFIRMED_BY_FEED,
            ),
        )
        .scalar_subquery()
    )
    rows = (
        select(ProposalRow.item_id, ProposalRow.location_id, ProposalRow, handed_over.label("at"))
        .where(
            ProposalRow.state.in_([state.value for state in (*COMMITTED, State.CLOSED)]),
            ProposalRow.kind.in_([kind.value for kind in _BRINGS_GOODS]),
        )
        .order_by(ProposalRow.created_at, ProposalRow.proposal_id)
    )
    taken: defaultdict[Key, list[CommittedProposal]] = defaultdict(list)
    for item_id, location_id, row, at in rows_of_keys(
        session, rows, ProposalRow.item_id, moments.keys()
    ):
        key = (item_id, location_id)
        unanswered = State(row.state) in _UNANSWERED
        if unanswered or (at is not None and at >= moments[key]):
            one = CommittedProposal(key, row.external_ref, taken_quantity(row), State(row.state))
            taken[key].append(one)
    return taken
