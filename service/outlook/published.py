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
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from adapters.canonical.outlook import PublishedForecast
from service.database.base import new_id
from service.outlook.coming_weeks import ComingWeeks
from service.outlook.published_series import news_of, withdrawn
from service.outlook.published_store import ToldSeries, keep_told, told_series
from service.outlook.telling import Kept, Telling
from service.work.dirty_keys import Key

EVENT_TYPE = "forecast.published"

MOST_SERIES = 200
"""In one event."""


@dataclass(frozen=True)
class Look:
    """The day on which forecasts are looked at, and how many scenarios are drawn."""

    today: date
    scenario_count: int


def published_tellings(
    session: Session, keys: Collection[Key], weeks: Collection[ComingWeeks], look: Look
) -> Iterator[Telling]:
    """The forecasts of the items of ``keys`` of which some series is to be told anew.

    A key that nobody plans any more is told once without buckets: its old ones no longer hold.
    """
    told = told_series(session, {item_id for item_id, _ in keys})
    news = dict(news_of(weeks, told, look.scenario_count))
    planned = {one.key for one in weeks if one.forecast is not None}
    news |= {
        key: withdrawn(told[key])
        for key in keys
        if key not in planned and key in told and told[key].series.buckets
    }
    parts = _parts({**told, **news})
    for subject, members in sorted(parts.items()):
        changed = {key: news[key] for key in members if key in news}
        if changed:
            yield _telling(subject, look.today, members, changed)


def _parts(series: Mapping[Key, ToldSeries]) -> dict[str, dict[Key, ToldSeries]]:
    """The series by the subject under which they are told."""
    by_item: defaultdict[str, dict[Key, ToldSeries]] = defaultdict(dict)
    for key, one in series.items():
        by_item[key[0]][key] = one
    parts: defaultdict[str, dict[Key, ToldSeries]] = defaultdict(dict)
    for item_id, members in by_item.items():
        count = 1
        while len(members) > MOST_SERIES / 2 * count and len(members) > MOST_SERIES:
            count *= 2
        for key, one in members.items():
            part = zlib.crc32(key[1].encode()) % count
            parts[item_id if count == 1 else f"{item_id}#{part}/{count}"][key] = one
    return parts


def _telling(
    subject: str, today: date, members: Mapping[Key, ToldSeries], changed: Mapping[Key, ToldSeries]
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
        kept=Kept(keep_told, list(changed.values())),
    )
