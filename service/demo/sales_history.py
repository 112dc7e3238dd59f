"""The shipped sales lines: what was sold before the demo's today, and what after."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl

from service.demo.today import TODAY

LINES_FILE = Path(__file__).parent / "data" / "online_retail.parquet"

RECENT_WEEKS = 26
SERIES = ("item_id", "location_id")


@dataclass(frozen=True)
class Series:
    """An item at a warehouse, as its sales before today describe it.

    ``weekly_mean`` and ``weekly_deviation`` are units per week over the last 26 weeks, or since
    the first sale where that is later; weeks with more returns than sales count as zero.
    ``median_price`` is GBP per unit.
    """

    item_id: str
    location_id: str
    description: str
    weekly_mean: float
    weekly_deviation: float
    median_price: float

    @property
    def key(self) -> tuple[str, str]:
        """The series: (item_id, location_id)."""
        return self.item_id, self.location_id


def item_code(description: str) -> str:
    """A short code for an item that has none: made up, but always the same."""
    return "IT-" + hashlib.sha256(description.encode()).hexdigest()[:8].upper()


def read_lines() -> pl.DataFrame:
    """All shipped lines, with ``line_id`` and ``item_id``."""
    lines = pl.read_parquet(LINES_FILE)
    codes = {name: item_code(name) for name in lines["description"].unique()}
    return lines.with_columns(
        pl.format("OR-{}", pl.row_index().cast(pl.String).str.zfill(6)).alias("line_id"),
        pl.col("description").replace_strict(codes, return_dtype=pl.String).alias("item_id"),
    )


def history(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines sold before today: all that is ever loaded."""
    return lines.filter(pl.col("sold_on") < TODAY)


def afterwards(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines sold from today on: opportunities are derived from them and judged by them."""
    return lines.filter(pl.col("sold_on") >= TODAY)


def series_of(sold: pl.DataFrame) -> list[Series]:
    """The series of ``sold`` (history), those with most lines first."""
    start = TODAY - timedelta(weeks=RECENT_WEEKS)
    weekly = (
        sold.group_by(*SERIES, pl.col("sold_on").dt.truncate("1w").alias("week"))
        .agg(pl.col("quantity").sum().clip(lower_bound=0).cast(pl.Float64))
        .with_columns(pl.col("week").min().over(SERIES).alias("first_week"))
        .filter(pl.col("week") >= start)
        .sort(*SERIES, "week")
    )
    first_week = pl.max_horizontal(pl.col("first_week").first(), pl.lit(start))
    weeks = (pl.lit(TODAY) - first_week).dt.total_days() / 7
    mean = pl.col("quantity").sum() / weeks
    recent = weekly.group_by(SERIES, maintain_order=True).agg(
        mean.alias("weekly_mean"),
        (pl.col("quantity").pow(2).sum() / weeks - mean.pow(2))
        .clip(lower_bound=0.0)
        .sqrt()
        .alias("weekly_deviation"),
    )
    price = pl.col("unit_price").cast(pl.Float64)
    described = sold.group_by(SERIES).agg(
        pl.col("description").first(), pl.len().alias("lines"), price.median().alias("median_price")
    )
    ranked = described.join(recent, on=SERIES, validate="1:1").sort(
        "lines", *SERIES, descending=[True, False, False]
    )
    return [Series(**row) for row in ranked.drop("lines").iter_rows(named=True)]
