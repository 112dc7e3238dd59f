"""What a person said no to is not put again at once.

A rejection stands until the day the rejected order was required for, and at least a week: until
then nothing is proposed for its (item, location) unless more is needed than was rejected. A cut
stands likewise: who lowers 100 to 60 does not want to see the other 40 the moment the ERP has
taken the 60. Both lapse early once nothing is needed any more, so that the next need is put.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from rules.ordering.lot_sizing import LotSizing, size_lot
from service.proposals.offer import planners_cut
from service.proposals.states import State
from service.proposals.tables import ProposalRow
from service.proposals.wanted import WantedOrder

SHORTEST_DECLINE = timedelta(days=7)


def declined_until(row: ProposalRow, today: date) -> date:
    """Until when a no to ``row`` stands, said today."""
    return max(row.required_date, today + SHORTEST_DECLINE)


def is_declined(rows: Sequence[ProposalRow], wanted: WantedOrder) -> bool:
    """Whether the newest no among a key's ``rows`` covers what is wanted now."""
    return wanted.quantity <= declined_quantity(rows, wanted.order_date, wanted.lot)


def declined_quantity(rows: Sequence[ProposalRow], today: date, lot: LotSizing) -> Decimal:
    """Up to how much is not proposed, because of the newest no that stands; 0 without one."""
    said_no = [row for row in rows if row.declined_until is not None]
    if not said_no:
        return Decimal(0)
    newest = max(said_no, key=lambda row: (row.created_at, row.proposal_id))
    stands = newest.declined_until is not None and today <= newest.declined_until
    return _declined_by(newest, lot) if stands else Decimal(0)


def forget_declined(rows: Sequence[ProposalRow]) -> None:
    """The need ended, or a larger one is proposed: earlier refusals no longer count."""
    for row in rows:
        if row.declined_until is not None:
            row.declined_until = None


def _declined_by(row: ProposalRow, lot: LotSizing) -> Decimal:
    """All of a rejected proposal; of one that was taken, the planner's cut as a lot."""
    if row.state == State.REJECTED:
        return row.recommended_quantity
    return size_lot(planners_cut(row), lot).quantity
