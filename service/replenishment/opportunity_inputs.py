"""Opportunity lines as inputs: what is still unordered, and the account's share of the baseline."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.canonical.demand import OpportunityStatus, QuantityBasis
from rules.ordering.order_linking import OpportunityLine
from service.database.key_sets import rows_of_keys
from service.feeds.tables import SalesLineRow
from service.forecasts.order_links import LinkedDemand
from service.replenishment.inputs import OpportunityInput
from service.replenishment.past_windows import Graces
from service.work.dirty_keys import Key

SHARE_WEEKS = 26
"""An account's share of the baseline is its share of the last half year's sales."""


def opportunity_inputs(
    session: Session,
    demand: LinkedDemand,
    interval_ends: Mapping[Key, date],
    today: date,
    graces: Graces,
) -> Mapping[Key, list[OpportunityInput]]:
    """The opportunity lines in ``demand`` that can still matter, by key.

    A lost or deleted line counts nothing and is left out, but for a lost renewal: that one
    takes the account's share away. ``interval_ends`` has the first day after each key's
    protection interval.
    """
    live = {name: line for name, line in demand.opportunities.items() if not _is_over(line)}
    claimed = {
        name: _claimed_days(line, today, interval_ends[line.item_id, line.location_id], graces)
        for name, line in live.items()
        if line.quantity_basis != QuantityBasis.INCREMENTAL
        and (line.item_id, line.location_id) in interval_ends
    }
    shares = _account_shares(session, live, claimed, today)
    found: defaultdict[Key, list[OpportunityInput]] = defaultdict(list)
    for name, line in sorted(live.items()):
        signal = demand.signals[name]
        found[line.item_id, line.location_id].append(
            OpportunityInput(
                opportunity=name,
                signal_id=str(signal.signal_id),
                source_version=signal.source_version,
                account_id=line.account_id,
                system=signal.system,
                opportunity_id=line.opportunity_id,
                quantity=line.quantity,
                ordered=demand.links.ordered.get(name, Decimal(0)),
                win_probability=signal.win_probability,
                quantity_basis=line.quantity_basis,
                status=line.status,
                window_start=line.window_start,
                window_end=line.window_end,
                account_share=shares.get(name, 0.0),
            )
        )
    return found


def _is_over(line: OpportunityLine) -> bool:
    if line.status == OpportunityStatus.DELETED:
        return True
    return line.status == OpportunityStatus.LOST and line.quantity_basis != QuantityBasis.RENEWAL


def _account_shares(
    session: Session,
    live: Mapping[str, OpportunityLine],
    claimed: Mapping[str, range],
    today: date,
) -> dict[str, float]:
    """By line, the account's share in the sales of its key over the last half year, 0 to 1.

    Only lines that replace or remove a share need it: those in ``claimed``. On days that several
    of them claim for one account, they divide the share, so that together they take it away once.
    """
    lines = {
        name: (live[name].item_id, live[name].location_id, live[name].account_id)
        for name in claimed
    }
    sold = _sold_by_account(session, {(item, place) for item, place, _ in lines.values()}, today)
    total: defaultdict[Key, Decimal] = defaultdict(Decimal)
    for (item_id, location_id, _), quantity in sold.items():
        total[item_id, location_id] += quantity
    claims = Counter((lines[name], day) for name, days in claimed.items() for day in days)
    return {
        name: float(sold[of] / total[of[0], of[1]])
        * sum(1 / claims[of, day] for day in days)
        / len(days)
        for name, days in claimed.items()
        if days and sold.get(of := lines[name])
    }


def _claimed_days(line: OpportunityLine, today: date, interval_end: date, graces: Graces) -> range:
    """The days of the protection interval that lie in the line's window, as ordinals.

    A line whose window is over is awaited today until its grace has passed.
    """
    first = max(line.window_start, today).toordinal()
    last = min(line.window_end, interval_end - timedelta(days=1)).toordinal()
    if graces.awaits(line.status, line.window_end, today):
        return range(today.toordinal(), today.toordinal() + 1)
    return range(first, last + 1)


def _sold_by_account(
    session: Session, keys: Collection[Key], today: date
) -> dict[tuple[str, str, str | None], Decimal]:
    """Net sales by key and account over the last half year; more returns than sales is zero."""
    sums = (
        select(
            SalesLineRow.item_id,
            SalesLineRow.location_id,
            SalesLineRow.account_id,
            func.sum(SalesLineRow.quantity),
        )
        .where(
            SalesLineRow.gone.is_(False),
            SalesLineRow.sold_on >= today - timedelta(weeks=SHARE_WEEKS),
            SalesLineRow.sold_on < today,
        )
        .group_by(SalesLineRow.item_id, SalesLineRow.location_id, SalesLineRow.account_id)
    )
    return {
        (item_id, location_id, account_id): max(quantity, Decimal(0))
        for item_id, location_id, account_id, quantity in rows_of_keys(
            session, sums, SalesLineRow.item_id, keys
        )
    }
