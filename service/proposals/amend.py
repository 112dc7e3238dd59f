"""Recommendations in; proposals created, amended, decided again, cancelled.

Called by the recompute within its transaction for up to thousands of keys: read in sets, written
in sets.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.database.base import new_id
from service.database.key_sets import rows_of_keys
from service.proposals.amendment import amendment
from service.proposals.change_requests import REQUESTABLE, plan_requests
from service.proposals.committed import note_seen_in_erp
from service.proposals.declined import forget_declined, is_declined
from service.proposals.offer import external_ref
from service.proposals.states import AMENDABLE, Event, State
from service.proposals.subject import NEW_KINDS
from service.proposals.tables import ProposalRow
from service.proposals.transitions import create, transition
from service.proposals.wanted import WantedOrder
from service.work.dirty_keys import Key
from service.work.outbox import release_earlier

__all__ = ["AmendmentCounts", "WantedOrder", "apply_recommendations"]


@dataclass(frozen=True)
class AmendmentCounts:
    """What a pass did to proposals, in numbers of them.

    ``declined`` are keys for which nothing was proposed because a person had said no.
    """

    created: int = 0
    amended: int = 0
    approved: int = 0
    sent_to_review: int = 0
    held: int = 0
    cancelled: int = 0
    declined: int = 0
    requested: int = 0
    withdrawn: int = 0


_COUNTED_AS = {
    Event.CREATED: "created",
    Event.AMENDED: "amended",
    Event.APPROVED_BY_POLICY: "approved",
    Event.SENT_TO_REVIEW: "sent_to_review",
    Event.HELD_BY_POLICY: "held",
    Event.NO_LONGER_NEEDED: "cancelled",
    Event.CHANGE_REQUESTED: "requested",
    Event.CANCEL_REQUESTED: "requested",
    Event.REQUEST_WITHDRAWN: "withdrawn",
}
_DECLINED = "declined"


def apply_recommendations(
    session: Session, wanted: Sequence[WantedOrder], now: datetime
) -> AmendmentCounts:
    """Make the proposals of the keys in ``wanted`` follow; one ``WantedOrder`` per key.

    What the ERP has taken is left alone, apart from requests to change it. The caller holds the
    keys' dirty rows (``service.work.dirty_keys.clear``), so that no claim comes in between the
    reading of the inputs and this.
    """
    keys = {order.key for order in wanted}
    note_seen_in_erp(session, keys, now)
    known = _known(session, keys)
    counts: Counter[str] = Counter()
    for order in sorted(wanted, key=lambda order: order.key):
        counts.update(_follow(session, known.get(order.key, ()), order, now))
    session.flush()
    return AmendmentCounts(**counts)


def _known(session: Session, keys: Collection[Key]) -> Mapping[Key, Sequence[ProposalRow]]:
    """The orders and transfers that a recommendation may touch, kept from other writers.

    Messages are locked with them, in one order, for they follow in the same transaction.
    """
    rows = (
        select(ProposalRow.item_id, ProposalRow.location_id, ProposalRow)
        .where(
            or_(
                ProposalRow.state.in_([state.value for state in AMENDABLE | REQUESTABLE]),
                ProposalRow.declined_until.is_not(None),
            ),
        )
        .order_by(ProposalRow.proposal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    known: defaultdict[Key, list[ProposalRow]] = defaultdict(list)
    for item_id, location_id, row in rows_of_keys(session, rows, ProposalRow.item_id, keys):
        if row.kind in NEW_KINDS:
            known[item_id, location_id].append(row)
    return known


def _follow(
    session: Session, rows: Sequence[ProposalRow], wanted: WantedOrder, now: datetime
) -> list[str]:
    """Do what is to be done for one key; returns what it counts as."""
    transfers = [row for row in rows if row.kind == ProposalKind.TRANSFER]
    orders = [row for row in rows if row.kind == ProposalKind.REQUISITION]
    done = _follow_transfers(session, transfers, wanted, now)
    return done + _follow_order(session, orders, wanted, now)


def _follow_transfers(
    session: Session, rows: Sequence[ProposalRow], wanted: WantedOrder, now: datetime
) -> list[str]:
    """One open transfer from each giver; where somebody said no, the plan does not ask again."""
    done = []
    open_rows = {row.from_location_id: row for row in rows if row.state in AMENDABLE}
    asked = {one.from_location_id: one for one in wanted.transfers}
    for giver in sorted(open_rows.keys() | asked.keys()):
        transfer = asked.get(giver) or wanted.no_transfer_from(giver)
        done += _follow_open(session, open_rows.get(giver), transfer, now)
    if wanted.lacking == 0:
        forget_declined(rows)
    return done


def _follow_order(
    session: Session, rows: Sequence[ProposalRow], wanted: WantedOrder, now: datetime
) -> list[str]:
    done = []
    for row, change in plan_requests(rows, wanted):
        transition(session, row, change, now)
        done.append(_COUNTED_AS[change.event])
    if wanted.quantity == 0:
        forget_declined(rows)
    open_row = next((row for row in rows if row.state in AMENDABLE), None)
    if open_row is None and wanted.quantity > 0:
        if is_declined(rows, wanted):
            return [*done, _DECLINED]
        forget_declined(rows)
    return done + _follow_open(session, open_row, wanted, now)


def _follow_open(
    session: Session, open_row: ProposalRow | None, wanted: WantedOrder, now: datetime
) -> list[str]:
    """Amend what is open, else propose what is wanted."""
    if open_row is not None:
        return _amend(session, open_row, wanted, now)
    if wanted.quantity == 0:
        return []
    create(session, _new_proposal(wanted, now), f"recommended, outcome {wanted.outcome}", now)
    return [_COUNTED_AS[Event.CREATED]]


def _amend(session: Session, row: ProposalRow, wanted: WantedOrder, now: datetime) -> list[str]:
    change = amendment(row, wanted, now)
    if change is not None:
        kept_back_until = row.release_not_before
        transition(session, row, change, now)
        if kept_back_until and row.release_not_before and row.release_not_before < kept_back_until:
            release_earlier(session, row.external_ref, row.release_not_before)
        return [_COUNTED_AS[change.event]]
    for name, value in wanted.background().items():
        setattr(row, name, value)
    return []


def _new_proposal(wanted: WantedOrder, now: datetime) -> ProposalRow:
    proposal_id = new_id()
    return ProposalRow(
        proposal_id=proposal_id,
        external_ref=external_ref(proposal_id),
        kind=wanted.kind.value,
        from_location_id=wanted.from_location_id,
        state=wanted.state.value,
        revision=1,
        row_version=1,
        item_id=wanted.item_id,
        location_id=wanted.location_id,
        release_not_before=wanted.released(now) if wanted.state is State.APPROVED else None,
        previously_taken=False,
        created_at=now,
        changed_at=now,
        **wanted.offer(),
        **wanted.background(),
    )
