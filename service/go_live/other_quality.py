"""Are stock counts, terms and codes plausible? What would mislead planning, and what would not."""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from service.go_live.quality import Finding, Weight, examples, share

OLD_COUNT = timedelta(days=7)
LONG_LEAD_DAYS = 180
_KEY = {"item": pl.String, "location": pl.String}


def stock_findings(
    ledger: pl.DataFrame, today: date, with_terms: frozenset[tuple[str, str]]
) -> Iterator[Finding]:
    """About a ledger with line, item, location, on_hand and day of the count."""
    negative = ledger.filter(pl.col("on_hand") < 0)
    if negative.height:
        yield Finding(
            "negative stock",
            Weight.MEND,
            negative.height,
            "positions have less than nothing on hand: planning takes it for a debt to be bought",
            "Correct the bookings, or count; what customers wait for belongs into backorders.",
            examples(negative.sort("on_hand"), "line {line}: {item} at {location}, {on_hand:g}"),
        )
    twice = ledger.filter(pl.struct("item", "location").is_duplicated())
    if twice.height:
        yield Finding(
            "repeated position",
            Weight.BLOCKS,
            twice.height,
            "rows tell of the same item at the same location: only the newest of them counts",
            "Add up storage bins and batches before the export.",
            examples(twice.sort("item", "location", "line"), "line {line}: {item} at {location}"),
        )
    bought = pl.DataFrame(sorted(with_terms), schema=_KEY, orient="row")
    bare = ledger.with_columns(pl.col(*_KEY).cast(pl.String)).join(bought, on=[*_KEY], how="anti")
    if bare.height:
        yield Finding(
            "stock without terms",
            Weight.FYI,
            bare.height,
            f"positions, {share(bare.height, ledger.height)}, have no supplier terms: "
            "nothing is bought for them",
            "Import terms, or a lane, for what is to be planned.",
            examples(bare, "line {line}: {item} at {location}"),
        )
    old = ledger.filter(pl.col("day") < today - OLD_COUNT)
    if old.height:
        yield Finding(
            "old counts",
            Weight.MEND,
            old.height,
            f"positions were counted more than {OLD_COUNT.days} days before {today}",
            "Export the stock of the morning of go-live.",
            examples(old.sort("day"), "line {line}: {item} at {location}, counted on {day}"),
        )


def terms_findings(ledger: pl.DataFrame) -> Iterator[Finding]:
    """About a ledger with line, item, location, lead_time_days and unit_price."""
    for check, rule, detail, remedy in (
        (
            "no lead time",
            pl.col("lead_time_days") == 0,
            "terms promise delivery on the day of the order",
            "A lead time of 0 is often one that nobody maintains: say how long it takes.",
        ),
        (
            "long lead time",
            pl.col("lead_time_days") > LONG_LEAD_DAYS,
            f"terms have a lead time beyond {LONG_LEAD_DAYS} days",
            "See whether 999 or the like stands for 'unknown'.",
        ),
        (
            "no price",
            pl.col("unit_price") == 0,
            "terms have no price: no policy can weigh what an order costs",
            "Import the last purchase price, if there is no better one.",
        ),
    ):
        found = ledger.filter(rule)
        if found.height:
            shown = examples(found, "line {line}: {item} at {location}")
            yield Finding(check, Weight.MEND, found.height, detail, remedy, shown)


def code_findings(unknown: pl.DataFrame, volume: float) -> Iterator[Finding]:
    """About codes that stand for nothing: kind, code, rows, volume (absolute quantity)."""
    for kind, weight, consequence, remedy in (
        ("item", Weight.BLOCKS, "their rows wait as exceptions", "Import the items first"),
        ("location", Weight.BLOCKS, "their rows wait as exceptions", "Import them first"),
        ("account", Weight.FYI, "they are stored as they are", "Import the accounts first"),
    ):
        found = unknown.filter(pl.col("kind") == kind).sort(
            ["rows", "code"], descending=[True, False]
        )
        if found.is_empty():
            continue
        rows, moved = int(found["rows"].sum()), float(found["volume"].sum())
        of_volume = f", {share(moved, volume)} of the quantity" if volume else ""
        yield Finding(
            f"unknown {kind}s",
            weight,
            found.height,
            f"codes in {rows:,} rows{of_volume}; {consequence}",
            f"{remedy}, or put cross references from these codes.",
            examples(found, "{code}: {rows} rows"),
        )


def fault_findings(faults: pl.DataFrame) -> Iterator[Finding]:
    """About rows that would not be stored: verdict, slug, detail, rows and first line."""
    for slug, check, remedy in (
        ("row-invalid", "unreadable rows", "Mend the export, or the mapping, until none is left."),
        ("broken-line", "broken lines", "See whether a cell holds the separator without quotes."),
        ("unknown-unit", "units without conversion", "Import the items with their conversions."),
        ("inexact-quantity", "inexact conversions", "Send such quantities in the base unit."),
        ("owned-by-another-system", "another system's rows", "Import them as that system."),
    ):
        found = faults.filter(pl.col("slug") == slug).sort(
            ["rows", "line"], descending=[True, False]
        )
        if found.height:
            yield Finding(
                check,
                Weight.BLOCKS,
                int(found["rows"].sum()),
                f"rows, for {found.height} reasons",
                remedy,
                examples(found, "line {line} and {rows} in all: {detail}"),
            )
