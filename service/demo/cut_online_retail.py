"""Cuts the sales lines of UCI Online Retail to what the demo ships.

Repeat it with ``python -m service.demo.cut_online_retail <lines.parquet>``; the same lines give
the same file. What is left out and what is merged is said in ``data/README.md``.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from service.demo.today import DC_EU, DC_UK, TODAY

TARGET = Path(__file__).parent / "data" / "online_retail.parquet"

FIRST_DAY = date(2010, 12, 1)
LAST_DAY = date(2011, 9, 30)
NO_ITEMS = (
    r"^(?i:POSTAGE|DOTCOM POSTAGE|CARRIAGE|NEXT DAY CARRIAGE|MANUAL|DISCOUNT|SAMPLES|"
    r"BANK CHARGES|CRUK COMMISSION|PACKING CHARGE|AMAZON FEE|ADJUST BAD DEBT)$"
)
"""Descriptions that are services, fees and corrections."""

LARGE_ACCOUNTS = 150
"""So many customers keep their number; the lines of all others are merged by week."""

SELLING_WEEKS = 9
NEW_SELLING_WEEKS = 3
NEW_WITHIN = timedelta(weeks=8)
STILL_SOLD_WITHIN = timedelta(weeks=26)

_SERIES = ("description", "location_id")


def cut(lines: pl.DataFrame) -> pl.DataFrame:
    """The demo's sales lines: description, location_id, account_id, sold_on, quantity, price.

    ``lines`` has the columns of the original (Description, Quantity, InvoiceDate, UnitPrice,
    CustomerID, Country). Quantities are units, returns negative; prices are GBP, the mean of
    the merged lines weighted by their units.
    """
    orders = _without_orphaned_returns(_daily(_usable(lines)))
    kept = orders.join(_planned_series(orders), on=_SERIES, how="semi")
    return _merged(kept, _large_accounts(kept)).sort(
        "sold_on", *_SERIES, "account_id", nulls_last=True
    )


def _usable(lines: pl.DataFrame) -> pl.DataFrame:
    described = lines.with_columns(
        pl.col("Description").str.strip_chars().str.replace_all(r"\s+", " ").alias("description"),
        pl.col("InvoiceDate").dt.date().alias("sold_on"),
    )
    return described.filter(
        pl.col("CustomerID").is_not_null()
        & (pl.col("UnitPrice") > 0)
        & pl.col("sold_on").is_between(FIRST_DAY, LAST_DAY)
        & (pl.col("description").str.len_chars() > 0)
        & ~pl.col("description").str.contains(NO_ITEMS)
    ).with_columns(
        pl.when(pl.col("Country") == "United Kingdom")
        .then(pl.lit(DC_UK))
        .otherwise(pl.lit(DC_EU))
        .alias("location_id"),
        pl.col("CustomerID").cast(pl.Int64).cast(pl.String).alias("account_id"),
    )


def _daily(lines: pl.DataFrame) -> pl.DataFrame:
    """One line per day, item, warehouse and customer: orders undone the same day cancel out."""
    return _summed(lines, "account_id", "sold_on").filter(pl.col("quantity") != 0)


def _summed(lines: pl.DataFrame, *also_by: str) -> pl.DataFrame:
    if "quantity" not in lines.columns:
        lines = lines.rename({"Quantity": "quantity", "UnitPrice": "unit_price"})
    units = pl.col("quantity").abs()
    # Sorted first and exact at the end: sums of floats depend on the order they are made in.
    return (
        lines.sort(*_SERIES, "account_id", "sold_on", "quantity", "unit_price")
        .group_by(*_SERIES, *also_by, maintain_order=True)
        .agg(
            pl.col("sold_on").max().alias("last_sold_on"),
            ((pl.col("unit_price") * units).sum() / units.sum()).alias("unit_price"),
            pl.col("quantity").sum(),
        )
    )


def _without_orphaned_returns(orders: pl.DataFrame) -> pl.DataFrame:
    """Leave out returns of what was never bought since the first day."""
    balance = pl.col("quantity").cum_sum().over("account_id", *_SERIES, order_by="sold_on")
    return orders.filter((pl.col("quantity") > 0) | (balance >= 0))


def _planned_series(orders: pl.DataFrame) -> pl.DataFrame:
    """Items at warehouses that sold often enough, or are new, and are still sold; today's view."""
    sold = pl.col("quantity") > 0
    seen = (
        orders.filter(pl.col("sold_on") < TODAY)
        .group_by(_SERIES)
        .agg(
            pl.col("sold_on").filter(sold).dt.truncate("1w").n_unique().alias("weeks"),
            pl.col("sold_on").filter(sold).min().alias("first"),
            pl.col("sold_on").filter(sold).max().alias("last"),
        )
    )
    is_new = (pl.col("first") >= TODAY - NEW_WITHIN) & (pl.col("weeks") >= NEW_SELLING_WEEKS)
    return seen.filter(
        ((pl.col("weeks") >= SELLING_WEEKS) | is_new)
        & (pl.col("last") >= TODAY - STILL_SOLD_WITHIN)
    ).select(_SERIES)


def _large_accounts(orders: pl.DataFrame) -> pl.DataFrame:
    """The customers who had bought most units until today."""
    return (
        orders.filter(pl.col("sold_on") < TODAY)
        .group_by("account_id")
        .agg(pl.col("quantity").sum().alias("units"))
        .sort("units", "account_id", descending=[True, False])
        .head(LARGE_ACCOUNTS)
        .select("account_id")
    )


def _merged(orders: pl.DataFrame, large: pl.DataFrame) -> pl.DataFrame:
    named = orders.join(large, on="account_id", how="semi")
    week = pl.col("sold_on").dt.truncate("1w").alias("week")
    others = _summed(orders.join(large, on="account_id", how="anti").with_columns(week), "week")
    unnamed = others.with_columns(
        pl.lit(None, pl.String).alias("account_id"), pl.col("last_sold_on").alias("sold_on")
    )
    columns = [
        *_SERIES,
        "account_id",
        "sold_on",
        pl.col("quantity").cast(pl.Int32),
        pl.col("unit_price").round(2).cast(pl.Decimal(10, 2)),
    ]
    both = pl.concat([named.select(columns), unnamed.select(columns)])
    return both.filter(pl.col("quantity") != 0)


def main(arguments: list[str]) -> None:
    """Cut the file named first and write it to the file named second, or to the shipped one."""
    source, target = Path(arguments[0]), Path(arguments[1]) if arguments[1:] else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    shipped = cut(pl.read_parquet(source))
    shipped.write_parquet(target, compression="zstd", compression_level=19, statistics=False)
    sys.stdout.write(f"{shipped.height} lines, {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
