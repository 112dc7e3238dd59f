"""What taking a batch means: prepared outside of any transaction, taken within one, reported."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from adapters.canonical.identity import Canonical
from adapters.ports import FlatRow, IncomingBatch, IntakeReport, RowFinding
from service.feeds.batches import RowResult
from service.http.problems import Problem

REJECTED, EXCEPTION = "rejected", "exception"
"""Results of rows that were not taken: send it again mended; kept by us for repair."""

MEND = "Mend the row and send it again."


@dataclass(frozen=True)
class Taken:
    """What became of the rows: how many by result, and each that was not taken."""

    counts: Mapping[str, int]
    findings: Sequence[RowFinding] = ()


Take = Callable[[Session, datetime], Taken]
"""Takes what was prepared, within the caller's transaction. Raises Problem where the batch as a
whole cannot be taken; nothing is changed then."""

Prepare = Callable[[str, IncomingBatch], Take]
"""Reads and checks the rows of a system's batch."""


def numbered(batch: IncomingBatch) -> Iterator[tuple[int, Canonical | FlatRow]]:
    """The rows with their numbers, as a person finds them."""
    for position, row in enumerate(batch.rows, 1):
        yield (row.number if isinstance(row, FlatRow) else position), row


def unreadable(batch: IncomingBatch) -> list[RowFinding]:
    """The findings on what is not even a row."""
    return [
        RowFinding(number, REJECTED, problem, MEND) for number, problem in batch.unreadable.items()
    ]


def told(number: int, result: str, problem: Mapping[str, Any] | None) -> RowFinding:
    """A finding in the words of a problem document."""
    said = problem or {}
    parts = [str(said.get("detail") or said.get("title") or "It cannot be taken.")]
    parts += [f"{error['pointer']}: {error['detail']}" for error in said.get("errors", ())]
    return RowFinding(number, result, " ".join(dict.fromkeys(parts)), str(said.get("remedy", "")))


def refused_row(number: int, problem: Problem) -> RowFinding:
    """The finding on a row that raised ``problem``."""
    return told(number, REJECTED, problem.body)


def counted(results: Iterable[str], findings: Sequence[RowFinding]) -> Taken:
    """The taken rows by their results, together with those that were not taken."""
    counts = Counter(results)
    counts.update(finding.result for finding in findings)
    return Taken(dict(counts), sorted(findings, key=lambda finding: finding.number))


def answered(
    results: Sequence[RowResult], numbers: Sequence[int], more: Sequence[RowFinding] = ()
) -> Taken:
    """What a feed's intake answered, in the numbers of the batch, with ``more`` findings."""
    bad = [one for one in results if one.result in {REJECTED, EXCEPTION}]
    findings = [told(numbers[one.row], str(one.result), one.problem) for one in bad]
    good = (str(one.result) for one in results if one.result not in {REJECTED, EXCEPTION})
    return counted(good, [*findings, *more])


def report_of(reference: str, taken: Taken) -> IntakeReport:
    """What the sender is told."""
    return IntakeReport(reference, taken.counts, taken.findings)


def report_to_json(report: IntakeReport) -> dict[str, Any]:
    """The report as JSON values."""
    findings = [
        {"row": one.number, "result": one.result, "problem": one.problem, "remedy": one.remedy}
        for one in report.findings
    ]
    return {
        "reference": report.reference,
        "counts": dict(report.counts),
        "findings": findings,
        "refused": report.refused,
    }


def report_from_json(document: Mapping[str, Any]) -> IntakeReport:
    """The report that was kept."""
    findings = [
        RowFinding(one["row"], one["result"], one["problem"], one["remedy"])
        for one in document["findings"]
    ]
    return IntakeReport(
        document["reference"], document["counts"], findings, document.get("refused", "")
    )
