"""Sales lines as the forecast wants them: daily sums per key, free of incremental deals."""

from collections.abc import Collection
from datetime import date

import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database.key_sets import rows_of_keys
from service.feeds.tables import SalesLineRow
from service.forecasts.order_links import linked_demand
from service.work.dirty_keys import Key

_SCHEMA = {
    "item_id": pl.String,
    "location_id": pl.String,
    "sold_on": pl.Date,
    "quantity": pl.Float64,
}


def daily_sales(session: Session, keys: Collection[Key], before: date) -> pl.DataFrame:
    """Sales of ``keys`` before a day: item_id, location_id, sold_on, quantity (base units).

    Lines that an incremental opportunity explains are left out: the deal was on top of what
    the account buys anyway, and so does not speak about the future.
    """
    sums = (
        select(
            SalesLineRow.item_id,
            SalesLineRow.location_id,
            SalesLineRow.sold_on,
            func.sum(SalesLineRow.quantity),
        )
        .where(SalesLineRow.gone.is_(False), SalesLineRow.sold_on < before)
        .group_by(SalesLineRow.item_id, SalesLineRow.location_id, SalesLineRow.sold_on)
    )
    rows = [
        (item_id, location_id, sold_on, float(quantity))
        for item_id, location_id, sold_on, quantity in rows_of_keys(
            session, sums, SalesLineRow.item_id, keys
        )
    ]
    deals = [
        (line.item_id, line.location_id, line.due, -float(line.quantity))
        for line in linked_demand(session, keys).shipped_under_incremental()
        if line.due < before and (line.item_id, line.location_id) in keys
    ]
    return pl.DataFrame([*rows, *deals], schema=_SCHEMA, orient="row")
