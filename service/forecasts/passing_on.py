"""Keys that only pass on: they supply others by lanes and have never sold anything themselves.

What an item sells at the places behind them tells how long they could have sold it, too. If that
is long enough, their own demand is none, and not unknown as a new item's: what they hold for
others is those others' need, which the transfer plan adds.
"""

from collections.abc import Collection
from datetime import date

import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forecasting.history import DAYS_PER_WEEK
from forecasting.no_demand import LEAST_SILENT_WEEKS
from service.database.key_sets import rows_of_keys
from service.feeds.tables import SalesLineRow
from service.forecasts.transfer_lanes import lanes_of
from service.work.dirty_keys import Key


def passing_on(
    session: Session, keys: Collection[Key], sales: pl.DataFrame, today: date
) -> dict[Key, int]:
    """Those of ``keys`` that only pass on, with the weeks since the first sale behind them.

    ``sales`` are those of ``keys``, as of ``daily_sales``: what is explained by a deal or came
    back is no usual sale.
    """
    silent = set(keys) - _sold(sales)
    lanes = lanes_of(session, {item_id for item_id, _ in silent})
    behind = {
        (item_id, place): {(item_id, one) for one in lanes.behind(item_id, place)}
        for item_id, place in silent
    }
    first = _first_sales(session, set[Key]().union(*behind.values()), today)
    weeks = {
        key: max(
            ((today - first[one]).days // DAYS_PER_WEEK for one in ends & first.keys()), default=0
        )
        for key, ends in behind.items()
    }
    return {key: count for key, count in weeks.items() if count >= LEAST_SILENT_WEEKS}


def _sold(sales: pl.DataFrame) -> set[Key]:
    net = sales.group_by("item_id", "location_id").agg(pl.col("quantity").sum())
    sold = net.filter(pl.col("quantity") > 0)
    return set(zip(sold["item_id"], sold["location_id"], strict=True))


def _first_sales(session: Session, keys: Collection[Key], today: date) -> dict[Key, date]:
    """The day of the first sale of each of ``keys`` before ``today``."""
    first = (
        select(SalesLineRow.item_id, SalesLineRow.location_id, func.min(SalesLineRow.sold_on))
        .where(
            SalesLineRow.gone.is_(False), SalesLineRow.quantity > 0, SalesLineRow.sold_on < today
        )
        .group_by(SalesLineRow.item_id, SalesLineRow.location_id)
    )
    found = rows_of_keys(session, first, SalesLineRow.item_id, keys)
    return {(item_id, location_id): day for item_id, location_id, day in found}
