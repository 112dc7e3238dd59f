"""Tables as we write them, in CSV and Parquet."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from adapters.files.cells import CellType, as_json, written
from adapters.files.settings import DataFormat

Columns = Mapping[str, CellType]
Rows = Sequence[Mapping[str, Any]]

_PARQUET: Mapping[CellType, pl.DataType | type[pl.DataType]] = {
    CellType.TEXT: pl.String,
    CellType.DECIMAL: pl.Decimal(28, 6),
    CellType.INTEGER: pl.Int64,
    CellType.FLAG: pl.Boolean,
    CellType.DAY: pl.Date,
    CellType.MOMENT: pl.Datetime("us", "UTC"),
    CellType.JSON: pl.String,
}


def table_bytes(data_format: DataFormat, columns: Columns, rows: Rows) -> bytes:
    """The table as a file; the same rows make the same cells at every try."""
    return _parquet(columns, rows) if data_format == "parquet" else _csv(columns, rows)


def _csv(columns: Columns, rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(columns)
    table.writerows(_cells(columns, row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cells(columns: Columns, row: Mapping[str, Any]) -> Iterable[str]:
    for name, kind in columns.items():
        value = row[name]
        nested = kind is CellType.JSON and value is not None
        yield as_json(value) if nested else written(value)


def _parquet(columns: Columns, rows: Rows) -> bytes:
    nested = {name for name, kind in columns.items() if kind is CellType.JSON}
    series = {
        name: [_stored(row[name], as_text=name in nested) for row in rows] for name in columns
    }
    schema = {name: _PARQUET[kind] for name, kind in columns.items()}
    file = io.BytesIO()
    pl.DataFrame(series, schema=schema, strict=True).write_parquet(file)
    return file.getvalue()


def _stored(value: Any, *, as_text: bool) -> Any:
    return as_json(value) if as_text and value is not None else value
