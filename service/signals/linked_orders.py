"""Orders that a change of an opportunity line links anew, and the keys that this concerns.

An order may name an opportunity that is allocated elsewhere, or that comes after it. And what
was shipped under an incremental opportunity stands outside of the baseline: where that may have
changed, the baseline is to be fitted again. How orders are linked: ``rules.ordering``.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.demand import OpportunityStatus
from service.database.pair_sets import one_of_pairs
from service.feeds.tables import OpenSalesLineRow, SalesLineRow
from service.signals.lines import LineDemand
from service.work.dirty_keys import Key

_LIVE = (OpportunityStatus.OPEN, OpportunityStatus.WON)


@dataclass(frozen=True)
class LineChange:
    """A line of an opportunity before (None: it is new) and after."""

    opportunity_id: str
    before: LineDemand | None
    after: LineDemand

    @property
    def states(self) -> Iterator[LineDemand]:
        """What it asked for, and what it asks for."""
        return (state for state in (self.before, self.after) if state is not None)


def keys_of_linked_orders(session: Session, changes: Sequence[LineChange]) -> dict[Key, bool]:
    """The keys of orders that ``changes`` may link or part; True where a baseline may move.

    A change of stage or probability links nothing anew and needs no query.
    """
    moved = [change for change in changes if change.before != change.after]
    if not moved:
        return {}
    wishes = dict.fromkeys(_keys_of_named(session, OpenSalesLineRow, moved), False)
    wishes |= dict.fromkeys(_keys_of_named(session, SalesLineRow, moved), True)
    wishes |= dict.fromkeys(_keys_of_accounts(session, moved), True)
    return wishes


def _keys_of_named(
    session: Session,
    table: type[OpenSalesLineRow | SalesLineRow],
    changes: Sequence[LineChange],
) -> set[Key]:
    """Keys of the lines in ``table`` that name an opportunity which is, or was, live."""
    named = {
        (change.opportunity_id, state.item_id)
        for change in changes
        for state in change.states
        if state.status in _LIVE
    }
    if not named:
        return set()
    rows = session.execute(
        select(table.opportunity_id, table.item_id, table.location_id)
        .where(
            table.opportunity_id.in_({opportunity_id for opportunity_id, _ in named}),
            table.gone.is_(False),
        )
        .distinct()
    )
    return {(row[1], row[2]) for row in rows if (row[0], row[1]) in named}


def _keys_of_accounts(session: Session, changes: Sequence[LineChange]) -> set[Key]:
    """Keys of shipped lines that name nothing and may fulfil a line which is, or was, won."""
    won: defaultdict[tuple[str | None, str], list[LineDemand]] = defaultdict(list)
    for change in changes:
        for state in change.states:
            if state.status == OpportunityStatus.WON:
                won[state.account_id, state.item_id].append(state)
    if not won:
        return set()
    states = [state for lines in won.values() for state in lines]
    rows = session.execute(
        select(
            SalesLineRow.account_id,
            SalesLineRow.item_id,
            SalesLineRow.location_id,
            SalesLineRow.sold_on,
        )
        .where(
            one_of_pairs(
                session,
                (SalesLineRow.account_id, SalesLineRow.item_id),
                {(state.account_id, state.item_id) for state in states},
            ),
            SalesLineRow.sold_on >= min(state.window_start for state in states),
            SalesLineRow.sold_on <= max(state.window_end for state in states),
            SalesLineRow.opportunity_id.is_(None),
            SalesLineRow.gone.is_(False),
        )
        .distinct()
    )
    return {
        (item_id, location_id)
        for account_id, item_id, location_id, sold_on in rows
        for state in won[account_id, item_id]
        if location_id in state.allocations and state.window_start <= sold_on <= state.window_end
    }
