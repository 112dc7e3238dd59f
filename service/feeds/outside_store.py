"""Outside plans in their tables, read and written in sets."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from adapters.canonical.planning import OutsideRecommendation
from service.database.key_sets import rows_of_keys
from service.database.pair_sets import one_of_pairs
from service.database.upsert import upsert
from service.feeds.outside_placing import PlacedPlan
from service.feeds.outside_series import Series, StoredBucket
from service.feeds.outside_tables import OutsideForecastRow, OutsideRecommendationRow
from service.work.dirty_keys import Key

_KEYS_PER_STATEMENT = 500


@dataclass(frozen=True)
class NamedRecommendation:
    """What a system recommends for a key, in base units."""

    quantity: Decimal
    supplier_id: str | None
    order_date: date | None
    required_date: date
    reference: str | None
    version: int
    as_of: datetime

    @classmethod
    def of(cls, row: OutsideRecommendation, placed: PlacedPlan) -> "NamedRecommendation":
        """The row as it is stored."""
        return cls(
            placed.quantity,
            placed.supplier_id,
            row.order_date,
            row.required_date,
            row.reference,
            row.version,
            row.as_of,
        )


def read_series(session: Session, system: str, keys: Collection[Key]) -> dict[Key, Series]:
    """The stored series of ``keys`` that ``system`` has told of."""
    rows = (
        select(OutsideForecastRow.item_id, OutsideForecastRow.location_id, OutsideForecastRow)
        .where(OutsideForecastRow.system == system)
        .order_by(OutsideForecastRow.start)
    )
    found: defaultdict[Key, Series] = defaultdict(Series)
    for item_id, location_id, row in rows_of_keys(session, rows, OutsideForecastRow.item_id, keys):
        found[item_id, location_id].buckets.append(
            StoredBucket(row.start, row.end, row.mean, row.quantiles, row.version, row.as_of)
        )
    return dict(found)


def write_series(
    session: Session, system: str, series: Mapping[Key, Series], now: datetime
) -> None:
    """Store ``series`` of ``system`` in place of what was stored of them."""
    for chunk in _chunks(series):
        columns = (OutsideForecastRow.item_id, OutsideForecastRow.location_id)
        session.execute(
            delete(OutsideForecastRow)
            .where(OutsideForecastRow.system == system, one_of_pairs(session, columns, chunk))
            .execution_options(synchronize_session=False)
        )
    rows = [
        {
            "system": system,
            "item_id": item_id,
            "location_id": location_id,
            "received_at": now,
            **vars(bucket),
        }
        for (item_id, location_id), one in series.items()
        for bucket in one.buckets
    ]
    if rows:
        session.execute(insert(OutsideForecastRow), rows)


def read_recommendations(
    session: Session, system: str, keys: Collection[Key]
) -> dict[Key, NamedRecommendation]:
    """What ``system`` recommends for ``keys``, where it does."""
    rows = select(
        OutsideRecommendationRow.item_id,
        OutsideRecommendationRow.location_id,
        OutsideRecommendationRow,
    ).where(OutsideRecommendationRow.system == system)
    found = rows_of_keys(session, rows, OutsideRecommendationRow.item_id, keys)
    return {
        (item_id, location_id): NamedRecommendation(
            row.quantity,
            row.supplier_id,
            row.order_date,
            row.required_date,
            row.reference,
            row.version,
            row.as_of,
        )
        for item_id, location_id, row in found
    }


def write_recommendations(
    session: Session, system: str, new: Mapping[Key, NamedRecommendation], now: datetime
) -> None:
    """Store what ``system`` recommends now."""
    rows = [
        {
            "system": system,
            "item_id": item_id,
            "location_id": location_id,
            "received_at": now,
            **vars(recommended),
        }
        for (item_id, location_id), recommended in new.items()
    ]
    upsert(session, OutsideRecommendationRow, rows, key=("system", "item_id", "location_id"))


def _chunks(keys: Collection[Key]) -> Iterator[list[Key]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), _KEYS_PER_STATEMENT):
        yield ordered[start : start + _KEYS_PER_STATEMENT]
