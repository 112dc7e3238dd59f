"""History, master data and orders under way from files: in portions, each a transaction.

Every row goes the way of a row that a system sends, under the id that it has there. So an import
that was broken off is simply run again: what is there already is left unchanged.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.database.retry import write_again
from service.feeds.batches import FeedBatch, Outcome, RowResult
from service.feeds.intake import take
from service.go_live.file_portions import LINE, Portion, header_of, portions
from service.go_live.in_flight import AdoptionResult, adopt_in_flight
from service.go_live.kinds import ImportKind, fields_of
from service.go_live.mapped_cells import mapped
from service.go_live.mapping import ColumnMapping
from service.go_live.raw_rows import feed_rows, in_flight_rows
from service.progress import Report

ROWS_PER_TRANSACTION = 10_000

_Result = RowResult | AdoptionResult
_Taker = Callable[[Session], Sequence[_Result]]


class TooManyExceptionsError(Exception):
    """A portion would fill the exception queue; it was not taken, what came before it was."""

    def __init__(self, line: int, kept: int, most: int) -> None:
        super().__init__(
            f"by line {line} there would be {kept:,} exceptions, more than {most:,}. "
            "See with --dry-run what is unknown, send that first, and run the import again: "
            "what is stored already stays"
        )


@dataclass(frozen=True)
class ImportJob:
    """What is to be imported, from which system, and how its cells are written."""

    path: Path
    kind: ImportKind
    system: str
    mapping: ColumnMapping
    most_exceptions: int = 1000


@dataclass(frozen=True)
class RefusedLine:
    """A line that was not taken, and what its sender can do about it."""

    line: int
    result: str
    detail: str
    remedy: str


@dataclass
class Imported:
    """Rows by what became of them, and the lines that were not stored."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[RefusedLine] = field(default_factory=list)


def mapped_portions(job: ImportJob, size: int) -> Iterator[tuple[Portion, pl.DataFrame]]:
    """The file's portions as they are and by our fields; raises MappingError."""
    fields = fields_of(job.kind)
    job.mapping.check(fields, header_of(job.path, job.mapping.file))
    for portion in portions(job.path, job.mapping.file, size):
        yield portion, mapped(portion, job.mapping, fields)


def import_file(context: ServiceContext, job: ImportJob, report: Report) -> Imported:
    """Store the file's rows; ``report`` hears of lines, of which there is no total beforehand.

    Raises MappingError before anything is stored, TooManyExceptionsError in the midst of it.
    """
    done = Imported()
    for portion, frame in mapped_portions(job, ROWS_PER_TRANSACTION):
        for line, reason in portion.broken:
            _refuse(done, RefusedLine(line, Outcome.REJECTED, reason, "Mend the line."))
        results = write_again(context.database, _taker(context, job, frame, done))
        lines = frame[LINE].to_list()
        done.counts.update(str(one.result) for one in results)
        done.refused.extend(_refused(lines[one.row], one) for one in results if one.problem)
        report(f"{job.kind} of {job.path.name}", done.counts.total(), done.counts.total())
    context.ring()
    return done


def _taker(context: ServiceContext, job: ImportJob, frame: pl.DataFrame, done: Imported) -> _Taker:
    """Takes a portion, unless it would bring too many exceptions."""
    feed = job.kind.feed
    # Read before the transaction begins: on SQLite every other writer waits for its end.
    if feed is None:
        requisitions = in_flight_rows(frame)
    else:
        batch = FeedBatch(job.system, feed, feed_rows(feed, job.system, frame))

    def take_rows(session: Session) -> Sequence[_Result]:
        now = context.clock()
        results: Sequence[_Result] = (
            adopt_in_flight(session, job.system, requisitions, now)
            if feed is None
            else take(session, batch, now)
        )
        kept = done.counts[Outcome.EXCEPTION]
        kept += sum(one.result is Outcome.EXCEPTION for one in results)
        if kept > job.most_exceptions:
            raise TooManyExceptionsError(frame[LINE].item(-1), kept, job.most_exceptions)
        return results

    return take_rows


def _refuse(done: Imported, refused: RefusedLine) -> None:
    done.counts[refused.result] += 1
    done.refused.append(refused)


def _refused(line: int, result: _Result) -> RefusedLine:
    problem: dict[str, Any] = result.problem or {}
    errors = problem.get("errors") or [{"pointer": "", "detail": problem.get("detail", "")}]
    detail = "; ".join(
        f"{one['pointer'].rpartition('/')[2]}: {one['detail']}".removeprefix(": ") for one in errors
    )
    return RefusedLine(line, str(result.result), detail, problem.get("remedy", ""))
