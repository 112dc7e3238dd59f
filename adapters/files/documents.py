"""What outside systems are told, as rows of a table.

A document's key is what makes it the same one when it is written again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.canonical.outlook import (
    ForecastBucket,
    LineOutlook,
    OutgoingEvent,
    PublishedForecast,
    SeriesForecast,
    SupplyOutlook,
)
from adapters.canonical.proposal import RequisitionProposal
from adapters.repetition import request_key

_BUCKET = ("mean", "opportunities", "override", "source", "quantiles")


@dataclass(frozen=True)
class Document:
    """Something that is written once, as one or more rows."""

    key: str
    rows: Sequence[Mapping[str, Any]]


def of_proposal(proposal: RequisitionProposal) -> Document:
    """One row."""
    return Document(request_key(proposal), [_texts(proposal.model_dump())])


def of_outlook(outlook: SupplyOutlook) -> Document:
    """A row per line; ``supplied`` holds its parts."""
    head = _of(outlook, "system", "opportunity_id", "version", "business_date", "as_of")
    key = f"{outlook.system}/{outlook.opportunity_id}/{outlook.version}"
    return Document(key, [{**head, **_outlook_line(line)} for line in outlook.lines])


def of_event(event: OutgoingEvent) -> Document:
    """One row."""
    return Document(event.event_id, [_texts(event.model_dump())])


def of_forecast(forecast: PublishedForecast) -> Document:
    """A row per bucket, or one without a bucket where a range holds no demand any more."""
    head = _of(forecast, "publication_id", "business_date")
    rows = [
        {**head, **_series(series), **_bucket(bucket)}
        for series in forecast.series
        for bucket in (series.buckets or (None,))
    ]
    return Document(forecast.publication_id, rows)


def _outlook_line(line: LineOutlook) -> dict[str, Any]:
    nested = line.model_dump(mode="json", include={"supplied", "location_ids"})
    return {**_texts(line.model_dump()), **nested}


def _series(series: SeriesForecast) -> dict[str, Any]:
    head = _of(series, "item_id", "location_id", "unit", "version")
    return {**head, "range_start": series.start, "range_end": series.end}


def _bucket(bucket: ForecastBucket | None) -> dict[str, Any]:
    if bucket is None:
        return dict.fromkeys(("bucket_start", "bucket_end", *_BUCKET))
    told = _of(bucket, *_BUCKET)
    return {"bucket_start": bucket.start, "bucket_end": bucket.end, **told}


def _of(thing: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}


def _texts(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its named values as plain texts."""
    return {name: str(value) if isinstance(value, str) else value for name, value in row.items()}
