"""Records of data files: each row as it stands there, or why it is no row."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import polars as pl
from polars.exceptions import PanicException, PolarsError

from adapters.files.cells import restored

REPORTED = ("source_file", "source_row", "result", "problem", "remedy", "source_line")
"""Columns of our report on bad rows; ignored where they come back with a mended row."""

MOST_UNPACKED_BYTES = 512_000_000
"""Of the rows of one Parquet file: packed, a page of one text repeated is next to nothing."""

_UNDECODED = re.compile("[\udc80-\udcff]")


class RefusedBatchError(Exception):
    """Why a batch as a whole cannot be taken."""


@dataclass(frozen=True)
class Record:
    """A record: its cells by column, or None with the line as it stands and the problem.

    ``row`` is its place in its file, from 1, without the header.
    """

    file: str
    row: int
    cells: Mapping[str, Any] | None
    line: str = ""
    problem: str = ""


def records_of(name: str, content: bytes, most: int) -> list[Record]:
    """The first ``most`` records of a data file, by the ending of its name.

    What comes after them is not kept, so that a small file cannot fill the memory. Raises
    RefusedBatchError.
    """
    if name.endswith(".parquet"):
        return list(_parquet_records(name, content, most))
    return list(islice(_csv_records(name, content), most))


def _parquet_records(name: str, content: bytes, most: int) -> Iterator[Record]:
    try:
        frame = pl.read_parquet(io.BytesIO(content), n_rows=most)
    except (PolarsError, PanicException, OSError) as fault:
        raise RefusedBatchError(f"{name} cannot be read as Parquet: {fault}") from fault
    _check_header(name, frame.columns)
    if frame.estimated_size() > MOST_UNPACKED_BYTES:
        raise RefusedBatchError(f"{name} exceeds {MOST_UNPACKED_BYTES} bytes unpacked")
    wanted = [column for column in frame.columns if column not in REPORTED]
    for row, cells in enumerate(frame.select(wanted).iter_rows(named=True), 1):
        yield Record(name, row, cells)


class _Lines:
    """Lines of a text that remember which of them the current record was read from."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self._read: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._read.append(line)
            yield line

    def taken(self) -> str:
        """The lines since this was last asked."""
        lines, self._read = self._read, []
        return "".join(lines)


def _csv_records(name: str, content: bytes) -> Iterator[Record]:
    # An undecodable byte spoils its own record only; it comes back as a lone surrogate.
    text = content.decode("utf-8-sig", errors="surrogateescape")
    lines = _Lines(text)
    found = _parsed(lines, _delimiter(text))
    header, line, fault = next(found, ([], "", "it is empty"))
    if fault:
        raise RefusedBatchError(f"the header of {name} cannot be read: {fault}")
    _check_header(name, header)
    for row, (cells, line, fault) in enumerate(found, 1):
        problem = fault or _misfit(header, cells)
        yield Record(name, row, None if problem else _named(header, cells), line, problem)


def _delimiter(text: str) -> str:
    """Semicolon where the header has one; a decimal comma needs it."""
    return ";" if ";" in text.partition("\n")[0] else ","


def _parsed(lines: _Lines, delimiter: str) -> Iterator[tuple[list[str], str, str]]:
    """Each record: its cells, the lines it stands on, and what is wrong with it."""
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    while True:
        cells, fault = [], ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = f"The line is no CSV: {error}."
        line = lines.taken()
        if _UNDECODED.search(line):
            fault = "The line is not UTF-8."
        if cells or fault:
            yield cells, _shown(line), fault


def _shown(line: str) -> str:
    """The line, with bytes that are no text in hexadecimal."""
    raw = line.rstrip("\r\n").encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "backslashreplace")


def _misfit(header: Sequence[str], cells: Sequence[str]) -> str:
    if len(cells) == len(header):
        return ""
    return f"The line has {len(cells)} cells, the header has {len(header)}."


def _named(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    named = zip(header, cells, strict=True)
    return {name.strip(): restored(cell) for name, cell in named if name.strip() not in REPORTED}


def _check_header(name: str, header: Sequence[str]) -> None:
    columns = [column.strip() for column in header]
    if "" in columns or len(set(columns)) < len(columns):
        raise RefusedBatchError(f"the header of {name} leaves out a name or repeats one")
