"""A simulated partner at the other end of a folder: drops files, fetches files, keeps them."""

import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from adapters.files import FolderSettings, open_folder
from adapters.files.settings import DataFormat
from adapters.ports import Failure, IncomingKind, OutsideSystem
from tests.adapters.counterpart import PlanningLedger, SeenRange, SeenReport


@dataclass
class FolderPartner:
    """What an integration team would write against our folder, from its description alone."""

    root: Path
    data_format: DataFormat = "csv"
    provokes: Collection[Failure] = (Failure.TEMPORARY,)
    drops: int = 0
    fetched: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def opened(self) -> OutsideSystem:
        """The adapter on the folder."""
        settings = FolderSettings(system="erp", folder=self.root, format=self.data_format)
        return open_folder(settings)

    def offer(
        self, kind: IncomingKind, rows: Sequence[Mapping[str, Any]], *, snapshot: bool = False
    ) -> None:
        """Drop a data file and then its manifest."""
        content = _parquet(rows) if self.data_format == "parquet" else _csv(rows)
        self.drops += 1
        name = f"{self.drops:03d}-{kind}"
        mode = "snapshot" if snapshot else "delta"
        self.drop(name, content, kind=kind, mode=mode, rows=len(rows))

    def drop(self, batch: str, content: bytes, **differing: Any) -> None:
        """Drop these bytes; ``differing`` replaces what the manifest says."""
        data = self.folder("in") / f"{batch}.{self.data_format}"
        data.write_bytes(content)
        told = {"kind": IncomingKind.ITEMS, "mode": "delta", "rows": 1, **differing}
        digest = told.pop("sha256", hashlib.sha256(content).hexdigest())
        file = {"name": data.name, "sha256": digest, "rows": told.pop("rows")}
        manifest = {"batch": batch, **told, "files": [file]}
        place = self.folder("in") / f"{batch}.manifest.json"
        place.write_text(json.dumps(manifest), encoding="utf-8")

    def folder(self, *parts: str) -> Path:
        """A part of the folder, made if need be."""
        place = self.root.joinpath(*parts)
        place.mkdir(parents=True, exist_ok=True)
        return place

    def reports(self) -> Sequence[SeenReport]:
        """The reports beside the batches that are done."""
        return [_report(place) for place in sorted(self.folder("in", "done").iterdir())]

    @contextmanager
    def failing(self, failure: Failure) -> Iterator[None]:
        """The share is away for a while."""
        assert failure is Failure.TEMPORARY
        away = self.root.with_name("away")
        self.root.rename(away)
        yield
        away.rename(self.root)

    def fetch(self) -> None:
        """Take every finished batch, check it, and archive it."""
        for place in sorted(self.folder("out").glob("*.manifest.json")):
            manifest = json.loads(place.read_bytes())
            for file in manifest["files"]:
                data = place.with_name(file["name"])
                content = data.read_bytes()
                assert hashlib.sha256(content).hexdigest() == file["sha256"]
                rows = _table(data.suffix, content)
                assert len(rows) == file["rows"]
                self.fetched.extend((manifest["kind"], row) for row in rows)
                data.rename(self.folder("out", "taken") / data.name)
            place.rename(self.folder("out", "taken") / place.name)

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """All rows of a kind, fetched just now or before."""
        self.fetch()
        return [row for fetched, row in self.fetched if fetched == kind]

    def documents(self) -> Mapping[str, Sequence[Decimal]]:
        """Requisitions and transfers in the files."""
        created: dict[str, list[Decimal]] = {}
        for row in self.rows("proposals"):
            if row["kind"] in {"requisition", "transfer"}:
                quantities = created.setdefault(row["external_ref"], [])
                quantities.append(Decimal(row["quantity"]))
        return created

    def requests(self) -> Sequence[tuple[str, str]]:
        """Kind and reference of every row."""
        return [(row["kind"], row["external_ref"]) for row in self.rows("proposals")]

    def heard(self) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        """Every event in the files."""
        return [
            (row["event_id"], row["type"], json.loads(row["body"])) for row in self.rows("events")
        ]

    def outlooks(self) -> Mapping[str, tuple[int, Decimal]]:
        """The last version of each opportunity."""
        told = {row["opportunity_id"]: row for row in self.rows("outlooks")}
        return {key: (int(row["version"]), _supplied(row)) for key, row in told.items()}

    def forecast(self) -> Mapping[tuple[str, str], Mapping[date, Decimal]]:
        """Each publication in its turn, by ranges."""
        ledger = PlanningLedger()
        ranges: dict[tuple[Any, ...], dict[date, Decimal]] = {}
        for row in self.rows("forecasts"):
            names = ("item_id", "location_id", "version", "range_start", "range_end")
            means = ranges.setdefault(tuple(row[name] for name in names), {})
            if row["bucket_start"]:
                means[_day(row["bucket_start"])] = Decimal(row["mean"])
        for (item, location, version, start, end), means in ranges.items():
            ledger.replace(SeenRange((item, location), int(version), _day(start), _day(end), means))
        return ledger.means


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table = csv.DictWriter(text, columns, delimiter=";")
    table.writeheader()
    table.writerows({name: _cell(cell) for name, cell in row.items()} for row in rows)
    return text.getvalue().encode("utf-8")


def _cell(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list | dict | bool) else str(value)


def _parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(list(rows), infer_schema_length=None).write_parquet(file)
    return file.getvalue()


def _table(suffix: str, content: bytes) -> list[dict[str, Any]]:
    if suffix == ".parquet":
        return pl.read_parquet(io.BytesIO(content)).to_dicts()
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def _report(place: Path) -> SeenReport:
    told = json.loads((place / "report.json").read_bytes())
    rejected = place / "rejected.csv"
    rows = _table(".csv", rejected.read_bytes()) if rejected.exists() else []
    return SeenReport(told["counts"], [(row, row["problem"]) for row in rows])


def _supplied(row: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(part["quantity"]) for part in json.loads(row["supplied"])), Decimal(0))


def _day(cell: str | date) -> date:
    return cell if isinstance(cell, date) else date.fromisoformat(cell)
