"""Large files in portions: CSV, gzipped CSV and Parquet, never as a whole in memory.

The adapters' managed folder reads small batches from partners and reports on them; this reads
what somebody exported once, as large as it is.
"""

import csv
import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import polars as pl
from polars import selectors
from polars.exceptions import PolarsError

from service.go_live.mapping import Layout, MappingError

LINE = "\x1fline"
"""The column with the line in the file (CSV, from 1, with the header) or the row (Parquet).

No column of a file is called so: names are stripped of what is blank, and this begins with it.
"""

ROWS_AT_ONCE = 50_000


@dataclass(frozen=True)
class Portion:
    """Rows as they stand in the file, all cells text, under the column ``LINE`` their place.

    ``broken`` are lines that are no rows, with the reason. ``typed`` are columns that the file
    itself has as numbers, days or moments: they are written canonically here.
    """

    frame: pl.DataFrame
    broken: Sequence[tuple[int, str]] = ()
    typed: frozenset[str] = field(default_factory=frozenset)


def header_of(path: Path, layout: Layout) -> list[str]:
    """The names of the file's columns; raises MappingError where there are none."""
    with _in_words(path, layout):
        if _is_parquet(path):
            return pl.scan_parquet(path).collect_schema().names()
        with _opened(path, layout) as file:
            names = next(csv.reader(file, delimiter=layout.separator), [])
        return _checked(path, names)


def portions(path: Path, layout: Layout, size: int = ROWS_AT_ONCE) -> Iterator[Portion]:
    """The file's rows, ``size`` at a time. Raises MappingError where it cannot be read at all."""
    read = _parquet if _is_parquet(path) else _csv
    with _in_words(path, layout):
        yield from read(path, layout, size)


@contextmanager
def _in_words(path: Path, layout: Layout) -> Iterator[None]:
    """Say why a file cannot be read, and what to do about it."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise MappingError(
            f"{path} is not written in {layout.encoding}: {error}. "
            "Say encoding = 'cp1252', or whatever it is, under [file]."
        ) from error
    except (OSError, LookupError, csv.Error, PolarsError) as error:
        raise MappingError(f"{path} cannot be read: {error}") from error


def _is_parquet(path: Path) -> bool:
    return path.suffix == ".parquet"


def _opened(path: Path, layout: Layout) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=layout.encoding, newline="")
    return path.open(encoding=layout.encoding, newline="")


def _checked(path: Path, names: Sequence[str]) -> list[str]:
    stripped = [name.strip() for name in names]
    if "" in stripped or len(set(stripped)) < len(stripped) or not stripped:
        raise MappingError(f"The header of {path} leaves out a name or repeats one.")
    return stripped


def _csv(path: Path, layout: Layout, size: int) -> Iterator[Portion]:
    with _opened(path, layout) as file:
        reader = csv.reader(file, delimiter=layout.separator)
        names = _checked(path, next(reader, []))
        rows: list[list[str]] = []
        lines: list[int] = []
        broken: list[tuple[int, str]] = []
        for row in reader:
            if len(row) == len(names):
                rows.append(row)
                lines.append(reader.line_num)
            elif row:
                reason = f"It has {len(row)} cells, the header has {len(names)}."
                broken.append((reader.line_num, reason))
            if len(rows) + len(broken) == size:
                yield _portion(names, rows, lines, broken)
                rows, lines, broken = [], [], []
        if rows or broken:
            yield _portion(names, rows, lines, broken)


def _portion(
    names: list[str], rows: list[list[str]], lines: list[int], broken: list[tuple[int, str]]
) -> Portion:
    columns = zip(*rows, strict=True) if rows else [[] for _ in names]
    cells = {
        name: pl.Series(name, list(column), dtype=pl.String)
        for name, column in zip(names, columns, strict=True)
    }
    return Portion(pl.DataFrame({**cells, LINE: pl.Series(lines, dtype=pl.UInt32)}), broken)


def _parquet(path: Path, _layout: Layout, size: int) -> Iterator[Portion]:
    table = pl.scan_parquet(path)
    schema = table.collect_schema()
    nested = [name for name, kind in schema.items() if kind.is_nested()]
    if nested:
        raise MappingError(f"{path}: the columns {', '.join(nested)} are nested. Write flat ones.")
    typed = frozenset(name for name, kind in schema.items() if kind != pl.String)
    for start in range(0, table.select(pl.len()).collect().item(), size):
        part = (
            table.slice(start, size)
            .collect()
            .with_columns(
                selectors.float().fill_nan(None),
                selectors.datetime(time_zone=None).dt.to_string("%Y-%m-%dT%H:%M:%S%.f"),
                selectors.datetime(time_zone="*")
                .dt.convert_time_zone("UTC")
                .dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ"),
            )
        )
        lines = pl.int_range(start + 1, start + part.height + 1, dtype=pl.UInt32, eager=True)
        yield Portion(
            part.with_columns(pl.all().cast(pl.String)).with_columns(lines.alias(LINE)),
            typed=typed,
        )
