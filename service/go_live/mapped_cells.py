"""Their cells in our spelling: ISO days, a decimal point, one minus sign before the number.

What cannot be understood is left as it stands, for the row's reader to say what is wrong.
"""

import polars as pl

from service.go_live.file_portions import LINE, Portion
from service.go_live.kinds import Fields, FieldType
from service.go_live.mapping import ColumnMapping, Layout


def mapped(portion: Portion, mapping: ColumnMapping, fields: Fields) -> pl.DataFrame:
    """The portion's rows by our fields, all text, with their lines; empty cells are null."""
    header = [name for name in portion.frame.columns if name != LINE]
    layout = mapping.file
    cells: dict[str, pl.Expr] = {}
    for field, columns in mapping.sources(header).items():
        kind = fields.types[field]
        typed = set(columns) <= portion.typed
        cells[field] = _joined(columns, layout) if typed else _read(columns, layout, kind)
    for field, value in mapping.constants.items():
        cells[field] = pl.lit(value)
    returns = mapping.returns
    if returns:
        back = pl.col(returns.column).str.strip_chars().is_in(returns.values)
        quantity = cells["quantity"]
        cells["quantity"] = (
            pl.when(back).then("-" + quantity.str.strip_prefix("-")).otherwise(quantity)
        )
    return portion.frame.select(LINE, **cells)


def _joined(columns: tuple[str, ...], layout: Layout) -> pl.Expr:
    parts = [pl.col(column).str.strip_chars() for column in columns]
    text = parts[0] if len(parts) == 1 else pl.concat_str(parts, separator="/")
    return pl.when(~text.is_in(layout.empty)).then(text)


def _read(columns: tuple[str, ...], layout: Layout, kind: FieldType) -> pl.Expr:
    text = _joined(columns, layout)
    if kind is FieldType.NUMBER:
        return _number(text, layout)
    if kind is FieldType.DAY and layout.day:
        day = text.str.to_date(layout.day, strict=False).dt.to_string("%Y-%m-%d")
        return pl.coalesce(day, text)
    if kind is FieldType.MOMENT and layout.moment:
        return pl.coalesce(_moment(text, layout), text)
    return text


def _number(text: pl.Expr, layout: Layout) -> pl.Expr:
    """``1.234,50-`` is -1234.50; only the separators that were declared are understood."""
    if layout.thousands:
        text = text.str.replace_all(layout.thousands, "", literal=True)
    if layout.decimal == ",":
        text = text.str.replace(",", ".", literal=True)
    return text.str.replace(r"^([0-9.]+)-$", "-$1").str.strip_prefix("+")


def _moment(text: pl.Expr, layout: Layout) -> pl.Expr:
    """Local moments in UTC. The hour that is there twice in autumn is taken as the first one."""
    local = (
        text.str.to_datetime(layout.moment, strict=False, time_unit="us")
        if "%H" in (layout.moment or "")
        else text.str.to_date(layout.moment, strict=False).cast(pl.Datetime("us"))
    )
    placed = local.dt.replace_time_zone(layout.time_zone, ambiguous="earliest", non_existent="null")
    return placed.dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%SZ")
