"""From which locations an account was supplied lately."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from service.feeds.tables import SalesLineRow

SHARE_WEEKS = 26
"""How far back shipments count."""

Demander = tuple[str, str]
"""(account_id, item_id)"""
Shares = Mapping[str, Decimal]
"""Net shipped quantity by location, positive ones only."""


def shipment_shares(
    session: Session, demanders: Collection[Demander], usable: Collection[str], today: date
) -> dict[Demander, Shares]:
    """What each account was shipped of the item in the 26 weeks before ``today``, by location.

    Where the account had nothing of that item, its shipments of all items are taken instead;
    where it had nothing at all, it is left out. Returns are subtracted; only locations in
    ``usable`` count.
    """
    wanted = set(demanders)
    of_item = _net(
        session,
        _shipped(SalesLineRow.item_id, today).where(
            SalesLineRow.item_id.in_({item_id for _, item_id in wanted})
        ),
        {account_id for account_id, _ in wanted},
        usable,
    )
    rest = {account_id for account_id, item_id in wanted if (account_id, item_id) not in of_item}
    of_all = _net(session, _shipped(None, today), rest, usable) if rest else {}
    found = {one: of_item.get(one) or of_all.get((one[0], "")) for one in wanted}
    return {one: shares for one, shares in found.items() if shares}


def _shipped(item_column: Any, today: date) -> Select[Any]:
    """Net shipments: account, item (if it is told apart), location, quantity."""
    columns = [SalesLineRow.account_id, SalesLineRow.location_id]
    groups = columns if item_column is None else [*columns, item_column]
    return (
        select(func.sum(SalesLineRow.quantity), *groups)
        .where(
            SalesLineRow.gone.is_(False),
            SalesLineRow.sold_on >= today - timedelta(weeks=SHARE_WEEKS),
            SalesLineRow.sold_on < today,
        )
        .group_by(*groups)
    )


def _net(
    session: Session, shipped: Select[Any], accounts: Collection[str], usable: Collection[str]
) -> dict[Demander, dict[str, Decimal]]:
    found: defaultdict[Demander, dict[str, Decimal]] = defaultdict(dict)
    for quantity, account_id, location_id, *item in session.execute(
        shipped.where(SalesLineRow.account_id.in_(accounts))
    ):
        if quantity > 0 and location_id in usable:
            found[account_id, item[0] if item else ""][location_id] = quantity
    return found
