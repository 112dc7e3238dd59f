"""The published forecast: what planning systems are told of each series, and when it is news.

An event holds all series of an item, changed or not. So its subject, the item, always names the
same series, and a newer event may take the place of one that was not delivered yet: nothing that
the older one told is lost. Items with very many locations are told in parts.

A forecast is news where what it rests on has changed: the baseline, a deal, or the week it
begins with. That the demand of an open window moves with the days is told along.
"""

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.outlook import ForecastBucket, PublishedForecast, SeriesForecast
from forecasting.quantile_levels import WEEK_CHART_LEVELS
from forecasting.weekly_demand import DAYS, joint_quantiles, usual_week
from rules.ordering.quantities import from_float
from service.database.base import new_id
from service.database.key_sets import rows_of_items
from service.database.upsert import upsert
from service.forecasts.tables import SeriesForecastRow
from service.http.idempotency import digest_of
from service.outlook.coming_weeks import ComingWeeks
from service.outlook.tables import PublishedSeriesRow
from service.outlook.telling import Telling
from service.work.dirty_keys import Key

EVENT_TYPE = "forecast.published"

MOST_SERIES = 200
"""In one event."""

_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class Look:
    """The day on which forecasts are looked at, and how many scenarios are drawn."""

    today: date
    scenario_count: int


@dataclass(frozen=True)
class _Told:
    """A series as it is told, and the digest of what it rests on."""

    series: SeriesForecast
    digest: str


def published_tellings(
    session: Session, keys: Collection[Key], weeks: Collection[ComingWeeks], look: Look
) -> Iterator[Telling]:
    """The forecasts of the items of ``keys`` of which some series is to be told anew.

    A key that nobody plans any more is told once without buckets: its old ones no longer hold.
    """
    told = _told_last(session, {item_id for item_id, _ in keys})
    news = dict(_news(weeks, told, look.scenario_count))
    planned = {one.key for one in weeks if one.forecast is not None}
    news |= {
        key: _withdrawn(told[key])
        for key in keys
        if key not in planned and key in told and told[key].series.buckets
    }
    parts = _parts({**told, **news})
    for subject, members in sorted(parts.items()):
        changed = {key: news[key] for key in members if key in news}
        if changed:
            yield _telling(subject, look.today, members, changed)


def _news(
    weeks: Collection[ComingWeeks], told: Mapping[Key, _Told], scenario_count: int
) -> Iterator[tuple[Key, _Told]]:
    for one in weeks:
        if one.forecast is None:
            continue
        digest = digest_of(_basis(one, one.forecast))
        last = told.get(one.key)
        if last is None or last.digest != digest:
            version = last.series.version + 1 if last else 1
            yield one.key, _Told(_series(one, one.forecast, version, scenario_count), digest)


def _basis(one: ComingWeeks, forecast: SeriesForecastRow) -> dict[str, Any]:
    """What a forecast rests on, but for the day."""
    return {
        "unit": one.unit,
        "weeks": [start.isoformat() for start in one.weeks],
        "usual": [str(value) for value in (forecast.level_per_week, *forecast.week_quantiles)],
        "opportunities": [
            opportunity.model_dump(mode="json", exclude={"account_share"})
            for opportunity in one.opportunities
        ],
    }


def _series(
    one: ComingWeeks, forecast: SeriesForecastRow, version: int, scenario_count: int
) -> SeriesForecast:
    item_id, location_id = one.key
    added = one.expected(one.effect)
    usual = usual_week(forecast.interval_quantiles, forecast.interval_days, forecast.week_quantiles)
    buckets = []
    for number, start in enumerate(one.weeks):
        draws = [
            one.effect.draws(place, number, f"{item_id}\x1f{location_id}\x1f{deal.opportunity}")
            for place, deal in enumerate(one.opportunities)
            if one.effect.acts(place, number)
        ]
        quantiles = (
            joint_quantiles(usual, draws, scenario_count)
            if draws
            else dict(zip(WEEK_CHART_LEVELS, forecast.week_quantiles, strict=True))
        )
        change = float(added[number])
        buckets.append(
            ForecastBucket(
                start=start,
                end=start + timedelta(days=DAYS - 1),
                mean=_rounded(one.level + change),
                opportunities=_rounded(change),
                quantiles={str(level): _rounded(value) for level, value in quantiles.items()},
            )
        )
    return SeriesForecast(
        item_id=item_id,
        location_id=location_id,
        unit=one.unit,
        version=version,
        start=one.weeks[0],
        end=one.end,
        buckets=tuple(buckets),
    )


def _rounded(value: float) -> Decimal:
    """To thousandths, and never below zero: nobody plans a negative demand."""
    return max(from_float(value).quantize(_THOUSANDTH), Decimal(0))


def _withdrawn(last: _Told) -> _Told:
    gone = last.series.model_copy(update={"version": last.series.version + 1, "buckets": ()})
    return _Told(gone, "")


def _parts(series: Mapping[Key, _Told]) -> dict[str, dict[Key, _Told]]:
    """The series by the subject under which they are told."""
    by_item: defaultdict[str, dict[Key, _Told]] = defaultdict(dict)
    for key, one in series.items():
        by_item[key[0]][key] = one
    parts: defaultdict[str, dict[Key, _Told]] = defaultdict(dict)
    for item_id, members in by_item.items():
        count = 1
        while len(members) > MOST_SERIES / 2 * count and len(members) > MOST_SERIES:
            count *= 2
        for key, one in members.items():
            part = zlib.crc32(key[1].encode()) % count
            parts[item_id if count == 1 else f"{item_id}#{part}/{count}"][key] = one
    return parts


def _telling(
    subject: str, today: date, members: Mapping[Key, _Told], changed: Mapping[Key, _Told]
) -> Telling:
    series = tuple(members[key].series for key in sorted(members))

    def body(_version: int) -> dict[str, Any]:
        forecast = PublishedForecast(
            publication_id=str(new_id()), business_date=today, series=series
        )
        return forecast.model_dump(mode="json")

    return Telling(
        type=EVENT_TYPE,
        subject=subject,
        substance={one.location_id: one.version for one in series},
        body=body,
        keep=partial(_keep, changed),
    )


def _keep(changed: Mapping[Key, _Told], session: Session, now: datetime) -> None:
    rows = []
    for one in changed.values():
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


def _told_last(session: Session, items: Collection[str]) -> dict[Key, _Told]:
    """What was told last of all series of ``items``."""
    rows = select(PublishedSeriesRow)
    found = rows_of_items(session, rows, PublishedSeriesRow.item_id, items)
    return {(row.item_id, row.location_id): _Told(series_of(row), row.digest) for (row,) in found}


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
