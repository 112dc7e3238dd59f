"""Is a sales history whole and plausible? One pass over columns, however long it is.

The ledger has a row per readable line: line, item, location, day, quantity and price as floats,
number (a hash of the native id) and content (a hash of all that the line says but its id).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from service.go_live.quality import Finding, Weight, examples, share

SERIES = ("item", "location")
QUIET_WEEKS = 26
"""A series without sales for so long before the file's end is taken for discontinued."""
HOLE_WEEKS = 8
HOLE_FACTOR = 4
"""A hole is at least so many weeks, and so many times the series' usual distance of sales."""
FAR = 10
"""A price is absurd beyond so many times its item's median, or below that part of it."""
FAR_QUANTITY = 20
"""A quantity is absurd beyond so many times the 90th percentile of its series."""
ENOUGH_LINES = 8
WEEKS_OF_A_YEAR = 52
MANY_RETURNS = 0.2


@dataclass(frozen=True)
class SalesFacts:
    """What the database knows: today, keys with stock, and items that are in use."""

    today: date
    stocked: frozenset[tuple[str, str]]
    items: frozenset[str]


def sales_findings(ledger: pl.DataFrame, facts: SalesFacts) -> Iterator[Finding]:
    """All that is worth saying about the history in ``ledger``."""
    if ledger.is_empty():
        return
    yield _period(ledger)
    yield from _odd_signs(ledger)
    yield from _repeated(ledger)
    yield from _empty_weeks(ledger)
    yield from _series(series_of(ledger))
    yield from _absurd(ledger)
    yield from _future(ledger, facts.today)
    yield from _against_master_data(ledger, facts)


def series_of(ledger: pl.DataFrame) -> pl.DataFrame:
    """One row per series: first and last day, lines, quantity, longest pause in weeks."""
    sold = ledger.filter(pl.col("quantity") > 0)
    days = sold.select(*SERIES, "day").unique().sort(*SERIES, "day")
    pauses = days.with_columns(pause=pl.col("day").diff().over(SERIES).dt.total_days() / 7)
    return (
        sold.group_by(SERIES)
        .agg(
            pl.col("day").min().alias("first"),
            pl.col("day").max().alias("last"),
            pl.len().alias("lines"),
            pl.col("quantity").sum(),
        )
        .join(
            pauses.group_by(SERIES).agg(
                longest=pl.col("pause").max().fill_null(0.0).round(1),
                usual=pl.col("pause").median().fill_null(0.0),
            ),
            on=SERIES,
            nulls_equal=True,
        )
        .sort(SERIES)
    )


def _period(ledger: pl.DataFrame) -> Finding:
    first, last = ledger["day"].min(), ledger["day"].max()
    weeks = ledger["day"].dt.truncate("1w").n_unique()
    detail = f"weeks with sales, {first!s} to {last!s}, {ledger.height:,} lines"
    short = weeks < WEEKS_OF_A_YEAR
    remedy = "Import at least two years if there are: a yearly season cannot be learnt from less."
    weight = Weight.MEND if short else Weight.FYI
    return Finding("period", weight, weeks, detail, remedy if short else "")


def _odd_signs(ledger: pl.DataFrame) -> Iterator[Finding]:
    back = ledger.filter(pl.col("quantity") < 0)
    if back.height:
        volume = -float(back["quantity"].sum())
        sold = float(ledger.filter(pl.col("quantity") > 0)["quantity"].sum())
        heavy = volume > MANY_RETURNS * sold
        yield Finding(
            "returns",
            Weight.MEND if heavy else Weight.FYI,
            back.height,
            f"negative lines, {share(volume, sold)} of what was sold",
            "If they are no returns but corrections, net them with what they correct."
            if heavy
            else "Returns are taken as negative demand.",
            examples(back, "line {line}: {item} at {location}, {quantity:g}"),
        )
    nothing = ledger.filter(pl.col("quantity") == 0)
    if nothing.height:
        yield Finding(
            "zero quantity",
            Weight.FYI,
            nothing.height,
            "lines that sold nothing",
            "Leave them out, if they are no placeholders for something else.",
            examples(nothing, "line {line}: {item} at {location}"),
        )


def _repeated(ledger: pl.DataFrame) -> Iterator[Finding]:
    same_number = ledger.filter(pl.col("number").is_duplicated())
    if same_number.height:
        yield Finding(
            "repeated id",
            Weight.BLOCKS,
            same_number.height,
            "lines share their native_id with another: only the last of each would stay",
            'Map native_id to what is unique, for example ["order", "line"].',
            examples(same_number.sort("number", "line"), "line {line}: {item} on {day}"),
        )
    rest = ledger.filter(pl.col("number").is_unique() & pl.col("content").is_duplicated())
    if rest.height:
        yield Finding(
            "repeated content",
            Weight.MEND if rest.height > 0.01 * ledger.height else Weight.FYI,
            rest.height,
            f"lines say the same as another under another id, {share(rest.height, ledger.height)}",
            "See whether the export holds the same sale twice.",
            examples(rest.sort("content", "line"), "line {line}: {item} at {location} on {day}"),
        )


def _empty_weeks(ledger: pl.DataFrame) -> Iterator[Finding]:
    weeks = ledger.select("location", week=pl.col("day").dt.truncate("1w")).unique()
    for (location,), one in weeks.group_by("location", maintain_order=True):
        there = set(one["week"])
        span = (max(there) - min(there)).days // 7 + 1
        missing = [
            week for n in range(span) if (week := min(there) + timedelta(weeks=n)) not in there
        ]
        if missing:
            yield Finding(
                "weeks without sales",
                Weight.MEND,
                len(missing),
                f"of {span} weeks at {location} have no sale at all",
                "See whether the location was closed, or the export is not whole.",
                tuple(f"week of {week}" for week in missing[:5]),
            )


def _series(series: pl.DataFrame) -> Iterator[Finding]:
    if series.is_empty():
        return
    holes = series.filter(
        (pl.col("longest") >= HOLE_WEEKS) & (pl.col("longest") > HOLE_FACTOR * pl.col("usual"))
    ).sort("longest", descending=True)
    if holes.height:
        yield Finding(
            "holes",
            Weight.FYI,
            holes.height,
            f"of {series.height:,} series pause for {HOLE_WEEKS} weeks or more, "
            f"{HOLE_FACTOR} times their usual distance of sales",
            "Where the item was out of stock, demand was higher than sales.",
            examples(holes, "{item} at {location}: {longest:.0f} weeks"),
        )
    end = series["last"].max()
    quiet = series.filter(pl.col("last") < pl.lit(end) - pl.duration(weeks=QUIET_WEEKS))
    if quiet.height:
        yield Finding(
            "ended series",
            Weight.FYI,
            quiet.height,
            f"of {series.height:,} series sold nothing in the last {QUIET_WEEKS} weeks",
            "Leave terms out for what is discontinued; without them nothing is planned.",
            examples(quiet.sort("last"), "{item} at {location}: last sold {last}"),
        )


def _absurd(ledger: pl.DataFrame) -> Iterator[Finding]:
    priced = ledger.filter(pl.col("price").is_not_null())
    free = priced.filter(pl.col("price") == 0)
    if free.height:
        yield Finding(
            "zero price",
            Weight.FYI,
            free.height,
            f"lines at no price, {share(free.height, priced.height)} of those with one",
            "Samples and gifts are demand, too; leave out what is none.",
            examples(free, "line {line}: {item}"),
        )
    usual = pl.col("price").median().over("item")
    many = pl.len().over("item") >= ENOUGH_LINES
    paid = priced.filter(pl.col("price") > 0)
    far = paid.filter(many & ((pl.col("price") > FAR * usual) | (pl.col("price") * FAR < usual)))
    if far.height:
        yield Finding(
            "absurd price",
            Weight.MEND,
            far.height,
            f"lines at more than {FAR} times, or less than a {FAR}th of, their item's median price",
            "Often a price per box, or a slipped decimal: say the unit, or correct the price.",
            examples(far, "line {line}: {item} at {price:g}"),
        )
    sold = ledger.filter(pl.col("quantity") > 0)
    ceiling = FAR_QUANTITY * pl.col("quantity").quantile(0.9, "nearest").over(SERIES)
    much = sold.filter((pl.len().over(SERIES) >= ENOUGH_LINES) & (pl.col("quantity") > ceiling))
    if much.height:
        yield Finding(
            "absurd quantity",
            Weight.MEND,
            much.height,
            f"lines of more than {FAR_QUANTITY} times the 90th percentile of their series",
            "Correct slips; leave out what will not come again, or tell it as an opportunity.",
            examples(
                much.sort("quantity", descending=True),
                "line {line}: {quantity:g} of {item} at {location}",
            ),
        )


def _future(ledger: pl.DataFrame, today: date) -> Iterator[Finding]:
    ahead = ledger.filter(pl.col("day") > today)
    if ahead.height:
        yield Finding(
            "sold in the future",
            Weight.BLOCKS,
            ahead.height,
            f"lines are dated after today, {today}",
            "See whether day and month are swapped: say the format under [file] day.",
            examples(ahead, "line {line}: {item} on {day}"),
        )


def _against_master_data(ledger: pl.DataFrame, facts: SalesFacts) -> Iterator[Finding]:
    keys = set(ledger.select(SERIES).unique().iter_rows())
    bare = sorted(key for key in keys - facts.stocked if key[0] in facts.items)
    if bare:
        yield Finding(
            "no stock record",
            Weight.MEND,
            len(bare),
            "series are sold where no stock is known: what is there would be ordered again",
            "Import stock positions, a row with 0 where there is none.",
            tuple(f"{item} at {location}" for item, location in bare[:5]),
        )
    idle = sorted(facts.items - {item for item, _ in keys})
    if idle:
        yield Finding(
            "items without sales",
            Weight.FYI,
            len(idle),
            f"of {len(facts.items):,} items have no sale in this file",
            "Nothing to mend where they are new or sold no more.",
            tuple(idle[:5]),
        )
