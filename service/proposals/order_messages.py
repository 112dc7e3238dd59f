"""Messages about purchase lines as proposals: one open message per line, of one kind.

A message that no longer holds is withdrawn. One that the ERP works on, or has carried out, stands
until the ERP's feed shows the line otherwise; then it is closed. One that a person rejected is
not put again for the line while it is due on the same day, until the rejection lapses (see
``declined``). Messages order nothing and never count in the inventory position.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import MESSAGES
from rules.ordering.lot_sizing import LotSizing
from service.database.base import new_id
from service.database.key_sets import rows_of_keys
from service.proposals.amendment import amendment
from service.proposals.committed import FEED
from service.proposals.offer import external_ref
from service.proposals.states import AMENDABLE, Event, State
from service.proposals.tables import OrderMessageRow, ProposalRow
from service.proposals.transitions import Change, create, transition
from service.proposals.wanted import WantedOrder
from service.work.dirty_keys import Key

NO_LONGER_HOLDS = "the plan asks nothing of the line any more, or something else"
_ONE = Decimal(1)
_NO_LOT = LotSizing(Decimal(0), _ONE, _ONE)
_WITH_THE_ERP = frozenset({State.CLAIMED, State.UNCONFIRMED})
_CARRIED_OUT = frozenset({State.ACKNOWLEDGED})


@dataclass(frozen=True)
class WantedMessage:
    """What should be asked of a purchase line now, with the policy's outcome; base units.

    ``due`` is when the ERP expects the line, ``wanted_on`` when it is needed. A date that a
    person approved stands while the wanted one is within ``tolerance_days`` of it.
    """

    item_id: str
    location_id: str
    kind: str
    purchase_line: str
    quantity: Decimal
    due: date
    wanted_on: date
    supplier_id: str | None
    unit: str
    unit_price: Decimal | None
    currency: str | None
    today: date
    tolerance_days: int
    rationale: str
    explanation: Mapping[str, Any]
    recommendation_id: UUID
    decision_id: UUID
    outcome: str

    def as_order(self, order_date: date) -> WantedOrder:
        """The same in the words in which open proposals are amended."""
        return WantedOrder(
            item_id=self.item_id,
            location_id=self.location_id,
            quantity=self.quantity,
            supplier_id=self.supplier_id,
            unit=self.unit,
            unit_price=self.unit_price,
            currency=self.currency,
            order_date=order_date,
            required_date=self.wanted_on,
            rationale=self.rationale,
            recommendation_id=self.recommendation_id,
            decision_id=self.decision_id,
            outcome=self.outcome,
            surplus=Decimal(0),
            lot=_NO_LOT,
            change_request_min_share=Decimal(0),
        )


@dataclass(frozen=True)
class _Known:
    """A message that was proposed before, and what the line was like then."""

    row: ProposalRow
    made_for: OrderMessageRow

    @property
    def state(self) -> State:
        return State(self.row.state)

    def is_about(self, wanted: WantedMessage) -> bool:
        """Whether it asks the same of a line that has not changed since."""
        line = self.made_for.due_date, self.made_for.quantity
        return self.row.kind == wanted.kind and line == (wanted.due, wanted.quantity)


def follow_messages(
    session: Session, keys: Collection[Key], wanted: Sequence[WantedMessage], now: datetime
) -> set[UUID]:
    """Make the messages of ``keys`` what is wanted; returns the decisions they rest on now.

    At most one is wanted per purchase line. The caller holds the keys' dirty rows.
    """
    known = _known(session, keys)
    by_line = {(one.item_id, one.location_id, one.purchase_line): one for one in wanted}
    proposed = []
    for line in sorted(by_line.keys() | known.keys()):
        message = by_line.get(line)
        if _follow(session, known.get(line, ()), message, now) and message is not None:
            proposed.append(message)
    session.flush()
    if proposed:
        session.execute(insert(OrderMessageRow), [_reasons(one) for one in proposed])
    return {one.decision_id for one in proposed}


def _known(
    session: Session, keys: Collection[Key]
) -> Mapping[tuple[str, str, str], Sequence[_Known]]:
    """Messages that can still matter, oldest first, kept from other writers."""
    states = [state.value for state in AMENDABLE | _WITH_THE_ERP | _CARRIED_OUT]
    rows = (
        select(ProposalRow.item_id, ProposalRow.location_id, ProposalRow, OrderMessageRow)
        .join(OrderMessageRow, OrderMessageRow.decision_id == ProposalRow.decision_id)
        .where(
            ProposalRow.kind.in_([kind.value for kind in MESSAGES]),
            or_(ProposalRow.state.in_(states), ProposalRow.declined_until.is_not(None)),
        )
        .order_by(ProposalRow.proposal_id)
        .with_for_update(of=ProposalRow)
        .execution_options(populate_existing=True)
    )
    known: defaultdict[tuple[str, str, str], list[_Known]] = defaultdict(list)
    for _, _, row, made_for in rows_of_keys(session, rows, ProposalRow.item_id, keys):
        known[row.item_id, row.location_id, row.purchase_line].append(_Known(row, made_for))
    return known


def _follow(
    session: Session, known: Sequence[_Known], wanted: WantedMessage | None, now: datetime
) -> bool:
    """Do what is to be done for one line; returns whether the wanted message is proposed."""
    answered = _close_answered(session, known, wanted, now)
    opened = [one for one in known if one.state in AMENDABLE]
    with_the_erp = any(one.state in _WITH_THE_ERP for one in known)
    same = next((one for one in opened if wanted and one.row.kind == wanted.kind), None)
    for one in opened:
        if one is not same or with_the_erp or answered:
            _withdraw(session, one.row, now)
    if wanted is None or with_the_erp or answered:
        return False
    if same is not None:
        _amend(session, same.row, wanted, now)
        return True
    if _is_declined(known, wanted):
        return False
    _forget_declined(known)
    create(session, _new_proposal(wanted, now), f"asked for, outcome {wanted.outcome}", now)
    return True


def _close_answered(
    session: Session, known: Sequence[_Known], wanted: WantedMessage | None, now: datetime
) -> bool:
    """Close what the ERP has carried out, unless its feed does not show it yet.

    Returns whether the wanted message is one that the ERP says it has carried out.
    """
    stands = False
    for one in known:
        if one.state in _CARRIED_OUT:
            if wanted is not None and one.is_about(wanted):
                stands = True
                continue
            reason = "the line has changed, or nothing is asked of it any more"
            transition(session, one.row, Change(Event.RECEIVED, State.CLOSED, FEED, reason), now)
    return stands


def _withdraw(session: Session, row: ProposalRow, now: datetime) -> None:
    values = {"approved_by": None, "release_not_before": None}
    change = Change(Event.NO_LONGER_NEEDED, State.CANCELLED, reason=NO_LONGER_HOLDS, values=values)
    transition(session, row, change, now)


def _is_declined(known: Sequence[_Known], wanted: WantedMessage) -> bool:
    """Whether a person said no to this for the line as it is."""
    return any(
        one.is_about(wanted)
        and one.row.declined_until is not None
        and wanted.today <= one.row.declined_until
        for one in known
    )


def _forget_declined(known: Sequence[_Known]) -> None:
    for one in known:
        if one.row.declined_until is not None:
            one.row.declined_until = None


def _amend(session: Session, row: ProposalRow, wanted: WantedMessage, now: datetime) -> None:
    order = wanted.as_order(row.order_date)
    moved = abs((row.required_date - wanted.wanted_on).days)
    background = order.background()
    approved = row.state == State.APPROVED and row.approved_by and not order.alters(row)
    if approved and moved <= wanted.tolerance_days:
        change = None
        del background["rationale"]  # it tells of the date that was approved
    elif approved and order.state is not State.APPROVED:
        change = _reconsidered(order)
    else:
        change = amendment(row, order, now)
    if change is not None:
        transition(session, row, change, now)
        return
    for name, value in background.items():
        setattr(row, name, value)


def _reconsidered(order: WantedOrder) -> Change:
    """A person approved another date: it is asked again."""
    event = Event.HELD_BY_POLICY if order.state is State.HELD else Event.SENT_TO_REVIEW
    values = {
        **order.offer(),
        **order.background(),
        "approved_by": None,
        "release_not_before": None,
    }
    return Change(event, order.state, reason="the wanted date has moved", values=values)


def _new_proposal(wanted: WantedMessage, now: datetime) -> ProposalRow:
    proposal_id = new_id()
    order = wanted.as_order(wanted.today)
    return ProposalRow(
        proposal_id=proposal_id,
        external_ref=external_ref(proposal_id),
        kind=wanted.kind,
        state=order.state.value,
        revision=1,
        row_version=1,
        item_id=wanted.item_id,
        location_id=wanted.location_id,
        from_location_id="",
        purchase_line=wanted.purchase_line,
        release_not_before=now if order.state is State.APPROVED else None,
        previously_taken=False,
        created_at=now,
        changed_at=now,
        **order.offer(),
        **order.background(),
    )


def _reasons(wanted: WantedMessage) -> dict[str, object]:
    return {
        "decision_id": wanted.decision_id,
        "purchase_line": wanted.purchase_line,
        "kind": wanted.kind,
        "quantity": wanted.quantity,
        "due_date": wanted.due,
        "explanation": dict(wanted.explanation),
    }
