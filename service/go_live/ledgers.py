"""The few columns of each row that quality is judged by: some forty bytes a row."""

import polars as pl

from service.feeds.cross_references import CodeKind
from service.go_live.file_portions import LINE
from service.go_live.kinds import ImportKind
from service.go_live.known_codes import KnownCodes


def ledger_of(kind: ImportKind, known: KnownCodes, frame: pl.DataFrame) -> pl.DataFrame:
    """The readable rows of a portion by our keys; empty for kinds that have no ledger.

    A code that means nothing known stays as it is.
    """
    place = [
        pl.col(LINE).alias("line"),
        _key(known, CodeKind.ITEM, "item_id").alias("item"),
        _key(known, CodeKind.LOCATION, "location_id").alias("location"),
    ]
    if kind is ImportKind.SALES_LINES:
        return frame.select(*place, *_of_sale(known, frame))
    if kind is ImportKind.STOCK_POSITIONS:
        return frame.select(
            *place,
            pl.col("on_hand").cast(pl.Float64, strict=False),
            pl.col("as_of").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("day"),
        )
    if kind is ImportKind.SUPPLIER_TERMS:
        return frame.select(
            *place,
            pl.col("lead_time_days").cast(pl.Float64, strict=False),
            pl.col("unit_price").cast(pl.Float64, strict=False),
        )
    return pl.DataFrame()


def _of_sale(known: KnownCodes, frame: pl.DataFrame) -> list[pl.Expr]:
    price = pl.col("unit_price") if "unit_price" in frame.columns else pl.lit(None, pl.String)
    said = [name for name in frame.columns if name not in (LINE, "native_id")]
    factor = _factor(known, frame)
    return [
        pl.col("sold_on").str.to_date("%Y-%m-%d", strict=False).alias("day"),
        (pl.col("quantity").cast(pl.Float64, strict=False) * factor).alias("quantity"),
        (price.cast(pl.Float64, strict=False) / factor).alias("price"),
        pl.col("native_id").hash().alias("number"),
        pl.struct(said).hash().alias("content"),
    ]


def _factor(known: KnownCodes, frame: pl.DataFrame) -> pl.Expr:
    """Base units in one unit of the row, as converted last; 1 where there is no unit."""
    if "unit" not in frame.columns:
        return pl.lit(1.0)
    pairs = frame.select("item_id", "unit").drop_nulls().unique()
    factors = {
        f"{item}\x1f{unit}": number
        for item, unit in pairs.iter_rows()
        if (number := _converted(known, item, unit)) != 1.0
    }
    pair = pl.concat_str("item_id", pl.lit("\x1f"), "unit")
    return pair.replace_strict(factors, default=1.0, return_dtype=pl.Float64).fill_null(1.0)


def _converted(known: KnownCodes, item_code: str, unit_code: str) -> float:
    item = known.units.get(known.key(CodeKind.ITEM, item_code) or "")
    unit = known.key(CodeKind.UNIT, unit_code)
    entries = [entry for entry in (item.conversions if item else ()) if entry.unit == unit]
    if not entries:
        return 1.0
    newest = max(entries, key=lambda entry: entry.valid_from)
    return float(newest.numerator / newest.denominator)


def _key(known: KnownCodes, kind: CodeKind, column: str) -> pl.Expr:
    """The key where a cross reference says one; items and locations repeat, so: categories."""
    renamed = {
        code: key for code, key in known.meanings.get(kind, {}).items() if key and key != code
    }
    cell = pl.col(column).replace(renamed) if renamed else pl.col(column)
    return cell.cast(pl.Categorical)
