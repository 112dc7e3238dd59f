"""Files as somebody exports them at go-live."""

from pathlib import Path
from typing import Any

from service.context import ServiceContext
from service.go_live.dry_run import QualityReport, examine_file
from service.go_live.kinds import ImportKind
from service.go_live.mapping import ColumnMapping
from service.go_live.row_import import Imported, ImportJob, import_file
from service.progress import silent

GERMAN = ColumnMapping.model_validate(
    {
        "file": {"separator": ";", "decimal": ",", "thousands": ".", "day": "%d.%m.%Y"},
        "columns": {
            "native_id": ["Beleg", "Pos"],
            "item_id": "Artikel",
            "location_id": "Lager",
            "sold_on": "Datum",
            "quantity": "Menge",
        },
        "returns": {"column": "Art", "values": ["RE"]},
    }
)
HEADER = "Beleg;Pos;Artikel;Lager;Datum;Menge;Art"


def written(folder: Path, *lines: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def job(path: Path, kind: ImportKind = ImportKind.SALES_LINES, **more: Any) -> ImportJob:
    told = {"system": "erp", "mapping": ColumnMapping(), **more}
    return ImportJob(path, kind, **told)


def imported(context: ServiceContext, what: ImportJob) -> Imported:
    return import_file(context, what, silent)


def examined(context: ServiceContext, what: ImportJob) -> QualityReport:
    return examine_file(context, what, silent)


def checks(report: QualityReport) -> dict[str, int]:
    """Findings by name, with their counts."""
    return {one.check: one.count for one in report.findings}
