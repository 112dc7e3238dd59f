"""A quality report as files: JSON for machines, CSV for those who mend the data."""

import json
from pathlib import Path

import polars as pl

from service.go_live.dry_run import QualityReport
from service.go_live.row_import import Imported


def write_report(report: QualityReport, folder: Path) -> list[Path]:
    """Findings, faults by reason, and the series of a sales history; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = report.job.path.name.partition(".")[0]
    summary = folder / f"{stem}.quality.json"
    summary.write_text(json.dumps(report.to_json(), indent=2, ensure_ascii=False), "utf-8")
    tables = {"findings": _findings(report), "faults": report.faults, "series": report.series}
    written = [summary]
    for name, table in tables.items():
        if table is not None and table.width:
            path = folder / f"{stem}.{name}.csv"
            table.write_csv(path)
            written.append(path)
    return written


def write_refused(done: Imported, source: Path, folder: Path) -> Path:
    """The lines that an import did not store, with what to do about each."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source.name.partition('.')[0]}.refused.csv"
    schema = {"line": pl.UInt32, "result": pl.String, "detail": pl.String, "remedy": pl.String}
    pl.DataFrame([vars(one) for one in done.refused], schema=schema).write_csv(path)
    return path


def _findings(report: QualityReport) -> pl.DataFrame:
    rows = [{**one.to_json(), "examples": " | ".join(one.examples)} for one in report.findings]
    return pl.DataFrame(rows)
