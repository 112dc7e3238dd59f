"""Mapped cells as the rows that a system would send, and read as one of its rows is."""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from adapters.files.columns import flat_values
from adapters.ports import IncomingKind
from service.feeds.batches import FeedKind, FeedRow, UnreadableRow
from service.feeds.row_reading import read_object, read_row
from service.go_live.file_portions import LINE
from service.go_live.in_flight_words import InFlightRequisition
from service.go_live.kinds import ImportKind


def raw_rows(kind: ImportKind, frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The frame's rows as flat JSON rows; empty fields are left out."""
    feed = kind.feed
    cells = frame.drop(LINE)
    for row in cells.iter_rows(named=True):
        if feed is None:
            yield {name: value for name, value in row.items() if value is not None}
        else:
            yield flat_values(IncomingKind(feed.value), row)


def feed_rows(feed: FeedKind, system: str, frame: pl.DataFrame) -> list[FeedRow]:
    """The rows as the feed reads them, each with its position in the frame."""
    raws = raw_rows(ImportKind(feed.value), frame)
    return [read_row(feed, system, raw, index) for index, raw in enumerate(raws)]


def in_flight_rows(frame: pl.DataFrame) -> Sequence[InFlightRequisition | UnreadableRow]:
    """The rows as requisitions under way."""
    raws = raw_rows(ImportKind.IN_FLIGHT, frame)
    return [read_object(InFlightRequisition, raw, index) for index, raw in enumerate(raws)]
