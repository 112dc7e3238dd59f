"""What the ERP has taken from us and its own feed does not show yet.

A purchase line of the feed that names our ``external_ref`` is the ERP's own word: from then on
only the feed counts, and the proposal no longer does, so that nothing is counted twice. So does
a line of the same item and location that names, in the same system, the ERP's number for the
requisition or the purchase order that it reported. An ERP that keeps none of these reports
``closed`` once its feed shows the order.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from service.database.key_sets import rows_of_keys
from service.feeds.tables import OpenPurchaseLineRow, StockPositionRow
from service.proposals.offer import taken_quantity
from service.proposals.states import COMMITTED, TRANSITIONS, UNDER_WAY, Event, State
from service.proposals.subject import NEW_KINDS
from service.proposals.tables import ProposalRow
from service.proposals.transitions import Change, transition
from service.work.dirty_keys import Key

FEED = "erp feed"
"""The actor where the ERP's feed tells what became of a proposal."""

_NAMES_OUR_REFERENCE = (
    select(OpenPurchaseLineRow.native_id)
    .where(
        OpenPurchaseLineRow.proposal_ref == ProposalRow.external_ref,
        OpenPurchaseLineRow.gone.is_(False),
    )
    .exists()
)
_ORDER_AND_LINE = ProposalRow.purchase_order_number + "/"
_NAMES_THE_ERPS_NUMBER = (
    select(OpenPurchaseLineRow.native_id)
    .where(
        OpenPurchaseLineRow.item_id == ProposalRow.item_id,
        OpenPurchaseLineRow.location_id == ProposalRow.location_id,
        OpenPurchaseLineRow.system == ProposalRow.taken_by,
        OpenPurchaseLineRow.gone.is_(False),
        or_(
            OpenPurchaseLineRow.proposal_ref == ProposalRow.erp_number,
            OpenPurchaseLineRow.purchase_order_number == ProposalRow.purchase_order_number,
            OpenPurchaseLineRow.native_id == ProposalRow.purchase_order_number,
            func.substr(OpenPurchaseLineRow.native_id, 1, func.length(_ORDER_AND_LINE))
            == _ORDER_AND_LINE,
        ),
    )
    .exists()
)
# Two questions, each with an index of its own.
_IN_FEED = or_(_NAMES_OUR_REFERENCE, _NAMES_THE_ERPS_NUMBER)

_IN_STOCK = (
    select(StockPositionRow.item_id)
    .where(
        StockPositionRow.item_id == ProposalRow.item_id,
        StockPositionRow.location_id == ProposalRow.location_id,
        StockPositionRow.gone.is_(False),
        StockPositionRow.as_of >= ProposalRow.received_at,
    )
    .exists()
)


@dataclass(frozen=True)
class CommittedProposal:
    """A quantity that is on its way without the ERP's feed showing it; base units."""

    key: Key
    external_ref: str
    quantity: Decimal
    state: State


def committed(session: Session, keys: Collection[Key]) -> list[CommittedProposal]:
    """What is taken of ``keys`` and not shown by the feed, oldest first for each key.

    A transfer that was received counts until the receiver's stock is counted anew.
    """
    in_feed = or_(ProposalRow.seen_in_erp_at.is_not(None), _IN_FEED).label("in_feed")
    taken = (
        select(ProposalRow.item_id, ProposalRow.location_id, ProposalRow, in_feed)
        .where(
            _in_states(COMMITTED),
            ProposalRow.kind.in_([kind.value for kind in NEW_KINDS]),
            or_(ProposalRow.state != State.RECEIVED.value, ~_IN_STOCK),
        )
        .order_by(ProposalRow.created_at, ProposalRow.proposal_id)
    )
    found = []
    for item_id, location_id, row, shown in rows_of_keys(session, taken, ProposalRow.item_id, keys):
        quantity = _not_shown(row, shown=bool(shown))
        if quantity > 0:
            key = (item_id, location_id)
            found.append(CommittedProposal(key, row.external_ref, quantity, State(row.state)))
    return found


def _not_shown(row: ProposalRow, *, shown: bool) -> Decimal:
    """Partly ordered: what is not on a purchase order yet cannot be in the feed."""
    taken, ordered = taken_quantity(row), row.ordered_quantity
    if row.state in {State.ORDERED, *UNDER_WAY} and ordered is not None:
        taken = ordered
    if not shown:
        return taken
    if row.state == State.PARTLY_ORDERED and ordered is not None:
        return max(taken - ordered, Decimal(0))
    return Decimal(0)


def note_seen_in_erp(session: Session, keys: Collection[Key], now: datetime) -> int:
    """Note which taken proposals of ``keys`` the feed shows for the first time; returns how many.

    One that nobody confirmed is thereby ordered: the ERP did create it.
    """
    unseen = _newly_shown().with_only_columns(
        ProposalRow.item_id, ProposalRow.location_id, ProposalRow
    )
    found = rows_of_keys(session, unseen, ProposalRow.item_id, keys)
    return _note_seen(session, (row[2] for row in found), now)


def is_in_feed(session: Session, row: ProposalRow) -> bool:
    """Whether the ERP's feed shows ``row``, or has shown it: it is ordered."""
    shown = select(ProposalRow.proposal_id).where(
        ProposalRow.proposal_id == row.proposal_id, _IN_FEED
    )
    return row.seen_in_erp_at is not None or session.scalar(shown) is not None


def close_received(session: Session, now: datetime) -> int:
    """Close what the feed has shown and shows no more; returns how many.

    First notes what the feed shows by now. What is only partly ordered stays open for the rest.
    """
    _note_seen(session, session.scalars(_newly_shown()), now)
    may_close = frozenset(TRANSITIONS[Event.RECEIVED])
    received = session.scalars(
        _for_update().where(
            _in_states(may_close), ProposalRow.seen_in_erp_at.is_not(None), ~_IN_FEED
        )
    ).all()
    for row in received:
        reason = "its purchase lines are no longer open"
        transition(session, row, Change(Event.RECEIVED, State.CLOSED, FEED, reason), now)
    session.flush()
    return len(received)


def _newly_shown() -> Select[ProposalRow]:
    # While a claim runs, the ERP's own answer is awaited; if none comes, the feed speaks for it.
    states = COMMITTED - {State.CLAIMED}
    return _for_update().where(_in_states(states), ProposalRow.seen_in_erp_at.is_(None), _IN_FEED)


def _for_update() -> Select[ProposalRow]:
    """Rows in the order in which everyone locks them."""
    return (
        select(ProposalRow)
        .order_by(ProposalRow.proposal_id)
        .with_for_update(of=ProposalRow)
        .execution_options(populate_existing=True)
    )


def _in_states(states: frozenset[State]) -> ColumnElement[bool]:
    return ProposalRow.state.in_([state.value for state in states])


def _note_seen(session: Session, rows: Iterator[Any], now: datetime) -> int:
    count = 0
    for row in list(rows):
        after = State.ORDERED if row.state == State.UNCONFIRMED else State(row.state)
        reason = "its purchase line is in the feed"
        seen = {"seen_in_erp_at": now}
        transition(session, row, Change(Event.SEEN_IN_ERP, after, FEED, reason, seen), now)
        count += 1
    session.flush()
    return count
