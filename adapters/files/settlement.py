"""What becomes of a batch that was read: a report, and its bad rows to be mended.

The folder of the batch is put together in ``in/.settling/``. Moving the manifest there is the
step that counts: before it the batch is read again, after it ``finish`` does the rest.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

from adapters.files import durable
from adapters.files.cells import neutral, written
from adapters.files.dropped import DroppedBatch, dropped
from adapters.files.layout import Layout, manifests_in
from adapters.files.records import REPORTED, Record, RefusedBatchError
from adapters.ports import IncomingBatch, IntakeReport, RowFinding

REPORT = "report.json"
REJECTED = "rejected.csv"
_FATES = ("done", "refused")
_UNREADABLE = "Mend the line and send the row again."


def settle(layout: Layout, batch: DroppedBatch, report: IntakeReport) -> None:
    """Move the batch out of the partner's way, with a report; can be done again at any step."""
    fate = "refused" if report.refused else "done"
    folder = layout.settling(fate) / batch.name
    durable.make(folder)
    bad = _bad_rows(batch, report.findings)
    if bad:
        durable.write(folder / REJECTED, bad)
    durable.write(folder / REPORT, _document(batch, report))
    durable.move(batch.path, folder / batch.path.name)
    finish(layout)


def finish(layout: Layout) -> None:
    """Bring every batch whose manifest has been moved to the end of its way."""
    for fate in _FATES:
        for folder in sorted(layout.settling(fate).iterdir()):
            for manifest in manifests_in(folder):
                _bring_files(layout, dropped(manifest))
                durable.move(folder, _free(layout.settled(fate) / folder.name))


def was_settled(layout: Layout, name: str) -> bool:
    """Whether a batch of this name has been taken, or refused."""
    return any((layout.settled(fate) / name).is_dir() for fate in _FATES)


def all_findings(batch: IncomingBatch, report: IntakeReport) -> list[RowFinding]:
    """The report's findings, and the unreadable rows where it does not speak of them."""
    told = {finding.number for finding in report.findings}
    silent = [
        RowFinding(number, "rejected", problem, _UNREADABLE)
        for number, problem in batch.unreadable.items()
        if number not in told
    ]
    return sorted([*report.findings, *silent], key=lambda finding: finding.number)


def _bring_files(layout: Layout, batch: DroppedBatch) -> None:
    for place in batch.data_files:
        dropped_file = layout.incoming / place.name
        if dropped_file.is_file() and not place.exists():
            durable.move(dropped_file, place)


def _free(folder: Path) -> Path:
    """The folder, or the next of its name with a number: a batch may be refused twice."""
    names = chain([folder], (folder.with_name(f"{folder.name}-{n}") for n in count(2)))
    return next(name for name in names if not name.exists())


def _document(batch: DroppedBatch, report: IntakeReport) -> bytes:
    document = {
        "batch": batch.name,
        "kind": batch.manifest.kind if batch.manifest else None,
        "refused": report.refused or None,
        "counts": dict(report.counts),
        "findings": [
            {
                "row": finding.number,
                "result": finding.result,
                "problem": finding.problem,
                "remedy": finding.remedy,
            }
            for finding in report.findings
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8")


def _bad_rows(batch: DroppedBatch, findings: Sequence[RowFinding]) -> bytes:
    """The rows as they were, with what is wrong; mended, the file can be dropped as it is."""
    records = _records(batch) if findings else []
    bad = [(one, records[one.number - 1]) for one in findings if 0 < one.number <= len(records)]
    if not bad:
        return b""
    columns = dict.fromkeys(name for record in records for name in record.cells or ())
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, [*columns, *REPORTED])
    table.writerow({name: neutral(name) for name in table.fieldnames})
    for finding, record in bad:
        table.writerow({**_as_it_was(record), **_words_on(finding, record)})
    return text.getvalue().encode("utf-8-sig")


def _records(batch: DroppedBatch) -> list[Record]:
    try:
        return batch.records()
    except RefusedBatchError:  # changed since it was read: the report has the row numbers
        return []


def _as_it_was(record: Record) -> Mapping[str, str]:
    return {name: written(cell) for name, cell in (record.cells or {}).items()}


def _words_on(finding: RowFinding, record: Record) -> Mapping[str, Any]:
    return {
        "source_file": neutral(record.file),
        "source_row": record.row,
        "result": finding.result,
        "problem": neutral(finding.problem),
        "remedy": neutral(finding.remedy),
        "source_line": neutral(record.line if record.cells is None else ""),
    }
