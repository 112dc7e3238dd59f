"""The series that planning systems were told last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.outlook import SeriesForecast
from service.database.key_sets import rows_of_items
from service.database.upsert import upsert
from service.outlook.tables import PublishedSeriesRow
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class ToldSeries:
    """A series as it is told, and the digest of what it rests on."""

    series: SeriesForecast
    digest: str


def keep_told(session: Session, changed: Sequence[ToldSeries], now: datetime) -> None:
    """Store ``changed`` as told now."""
    rows = []
    for one in changed:
        told = one.series.model_dump(mode="json", include={"buckets"})
        rows.append(
            {
                **one.series.model_dump(exclude={"buckets"}),
                "buckets": told["buckets"],
                "digest": one.digest,
                "told_at": now,
            }
        )
    upsert(session, PublishedSeriesRow, rows, key=("item_id", "location_id"))


def told_series(session: Session, items: Collection[str]) -> dict[Key, ToldSeries]:
    """What was told last of all series of ``items``."""
    rows = select(PublishedSeriesRow)
    found = rows_of_items(session, rows, PublishedSeriesRow.item_id, items)
    return {
        (row.item_id, row.location_id): ToldSeries(series_of(row), row.digest) for (row,) in found
    }


def series_of(row: PublishedSeriesRow) -> SeriesForecast:
    """A stored series as it was told."""
    return SeriesForecast.model_validate(
        {
            "item_id": row.item_id,
            "location_id": row.location_id,
            "unit": row.unit,
            "version": row.version,
            "start": row.start,
            "end": row.end,
            "buckets": row.buckets,
        }
    )
