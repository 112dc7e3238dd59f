"""What a partner drops is read as it was meant, or refused as a whole with a report."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.ports import (
    Failure,
    FlatRow,
    IncomingBatch,
    IncomingKind,
    IntakeReport,
    PortError,
    RowFinding,
    Source,
)
from tests.adapters.folder_partner import FolderPartner


@pytest.fixture
def folder(tmp_path: Path) -> FolderPartner:
    (tmp_path / "erp").mkdir()
    return FolderPartner(tmp_path / "erp")


@pytest.fixture
def source(folder: FolderPartner) -> Source:
    source = folder.opened().source
    assert source is not None
    return source


def _read(source: Source) -> IncomingBatch:
    read = source.read(None)
    assert read is not None
    return read[0]


def _values(source: Source) -> list[dict[str, Any]]:
    return [dict(row.values) for row in _read(source).rows if isinstance(row, FlatRow)]


def _refusal(folder: FolderPartner, batch: str) -> str:
    report = json.loads((folder.root / "in/refused" / batch / "report.json").read_bytes())
    return str(report["refused"])


@pytest.mark.parametrize(
    "text",
    [
        "item_id,description\r\nBOLT-8,Schraube für Köln\r\n",
        "\ufeffitem_id;description\nBOLT-8;Schraube für Köln",
        '"item_id","description"\n"BOLT-8","Schraube für Köln"\n\n',
        "item_id , description\nBOLT-8,Schraube für Köln\n",
    ],
)
def test_csv_is_read_as_the_field_writes_it(
    folder: FolderPartner, source: Source, text: str
) -> None:
    folder.drop("b1", text.encode("utf-8"))
    assert _values(source) == [{"item_id": "BOLT-8", "description": "Schraube für Köln"}]


def test_cells_become_what_the_schema_expects_and_empty_ones_are_left_out(
    folder: FolderPartner, source: Source
) -> None:
    text = (
        "item_id;gone;unit_decimals;conversions;changed_at;item_group\n"
        'BOLT-8;FALSE; 2 ;"[{""unit"":""BOX"",""numerator"":100.50}]";2026-01-05T09:00:00Z;  \n'
    )
    folder.drop("b1", text.encode())
    [row] = _values(source)
    assert row.pop("conversions")[0].items() >= {"unit": "BOX"}.items()
    assert row == {
        "item_id": "BOLT-8",
        "gone": False,
        "unit_decimals": 2,
        "changed_at": "2026-01-05T09:00:00Z",
    }


def test_what_does_not_fit_its_column_is_left_for_the_schema_to_refuse(
    folder: FolderPartner, source: Source
) -> None:
    folder.drop("b1", b"item_id,unit_decimals,gone,conversions\nBOLT-8,two,perhaps,[1\n")
    assert _values(source) == [
        {"item_id": "BOLT-8", "unit_decimals": "two", "gone": "perhaps", "conversions": "[1"}
    ]


def test_a_column_with_a_dot_is_a_field_within_a_field(
    folder: FolderPartner, source: Source
) -> None:
    text = b"message_id,delivery_window.start,delivery_window.end\nm1,2026-02-01,2026-02-28\n"
    folder.drop("b1", text, kind="demand_signals")
    window = {"start": "2026-02-01", "end": "2026-02-28"}
    assert _values(source) == [{"message_id": "m1", "delivery_window": window}]


def test_bad_lines_are_told_apart_from_good_ones_by_their_number(
    folder: FolderPartner, source: Source
) -> None:
    lines = [b"item_id,description", b"A,one,more", b"B,good", b"C,K\xf6ln", b'D,"x"y', b"E,fine"]
    folder.drop("b1", b"\n".join(lines), rows=5)
    batch = _read(source)
    assert [row.number for row in batch.rows if isinstance(row, FlatRow)] == [2, 5]
    assert dict(batch.unreadable) == {
        1: "The line has 3 cells, the header has 2.",
        3: "The line is not UTF-8.",
        4: "The line is no CSV: ',' expected after '\"'.",
    }


def test_a_text_that_no_database_keeps_makes_its_row_unreadable(
    folder: FolderPartner, source: Source
) -> None:
    text = b'item_id,conversions\nA\x00,\nB,"[""\\ud800""]"\nC,[]\n'
    folder.drop("b1", text, rows=3)
    batch = _read(source)
    assert set(batch.unreadable) == {1, 2}
    assert [row.number for row in batch.rows if isinstance(row, FlatRow)] == [3]


def test_batches_are_read_by_the_names_of_their_manifests(
    folder: FolderPartner, source: Source
) -> None:
    for name in ("b2", "b1", "a9"):
        folder.drop(name, f"item_id\n{name}\n".encode())
    seen = []
    while read := source.read(None):
        batch = read[0]
        seen.append(batch.reference.partition(":")[0])
        source.settle(batch, IntakeReport(batch.reference, {"stored": 1}))
    assert seen == ["a9", "b1", "b2"]


def test_without_its_manifest_nothing_is_read(folder: FolderPartner, source: Source) -> None:
    (folder.folder("in") / "items.csv").write_bytes(b"item_id\nBOLT-8\n")
    assert source.read(None) is None


@pytest.mark.parametrize(
    ("content", "differing", "reason"),
    [
        (b"item_id\nA\n", {"sha256": "0" * 64}, "b1.csv does not have the checksum"),
        (b"item_id\nA\nB\n", {"rows": 1}, "b1.csv has more rows than the 1 it should"),
        (b'item_id\nA\n"B\nC\n', {"rows": 3}, "b1.csv has 2 rows, its manifest says 3"),
        (b"item_id,item_id\nA,B\n", {}, "the header of b1.csv leaves out a name or repeats one"),
        (b"", {"rows": 0}, "the header of b1.csv cannot be read: it is empty"),
        ("item_id\nA\n".encode("utf-16"), {}, "the header of b1.csv cannot be read"),
    ],
)
def test_a_batch_that_differs_from_its_manifest_is_refused_as_a_whole(
    folder: FolderPartner, source: Source, content: bytes, differing: Any, reason: str
) -> None:
    folder.drop("b1", content, **differing)
    folder.drop("b2", b"item_id\nB\n")
    assert _values(source) == [{"item_id": "B"}]
    assert _refusal(folder, "b1").startswith(reason)
    refused = folder.root / "in/refused/b1"
    assert {path.name for path in refused.iterdir()} == {
        "b1.csv",
        "b1.manifest.json",
        "report.json",
    }


@pytest.mark.parametrize(
    "name", ["../secret.csv", "/etc/passwd.csv", "in/b1.csv", ".lock.csv", "b1.manifest.json"]
)
def test_a_manifest_cannot_reach_beyond_its_folder(
    folder: FolderPartner, source: Source, name: str
) -> None:
    folder.drop("b1", b"item_id\nA\n")
    place = folder.root / "in/b1.manifest.json"
    place.write_text(place.read_text().replace("b1.csv", name))
    assert source.read(None) is None  # it could be half written
    assert source.read(None) is None
    assert "files.0.name" in _refusal(folder, "b1")


def test_a_link_to_elsewhere_is_not_followed(folder: FolderPartner, source: Source) -> None:
    folder.drop("b1", b"item_id\nA\n")
    outside = folder.root / "secret.csv"
    (folder.root / "in/b1.csv").rename(outside)
    (folder.root / "in/b1.csv").symlink_to(outside)
    assert source.read(None) is None
    assert _refusal(folder, "b1") == "b1.csv is named in the manifest and is not there"


def test_a_manifest_that_is_a_link_or_a_folder_is_no_manifest(
    folder: FolderPartner, source: Source
) -> None:
    folder.drop("b1", b"item_id\nA\n")
    inside = folder.root / "in"
    (inside / "b1.manifest.json").rename(folder.root / "elsewhere.json")
    (inside / "b1.manifest.json").symlink_to(folder.root / "elsewhere.json")
    (inside / "b0.manifest.json").mkdir()
    assert source.read(None) is None


def test_a_manifest_that_is_still_being_written_is_waited_for(
    folder: FolderPartner, source: Source
) -> None:
    folder.drop("b1", b"item_id\nA\n")
    place = folder.root / "in/b1.manifest.json"
    whole = place.read_bytes()
    place.write_bytes(whole[:20])
    assert source.read(None) is None
    place.write_bytes(whole)
    assert _values(source) == [{"item_id": "A"}]


def test_a_name_that_was_taken_before_is_refused_and_a_refused_one_can_come_again(
    folder: FolderPartner, source: Source
) -> None:
    for content, sha in [(b"item_id\nA\n", "0" * 64), (b"item_id\nA\n", "1" * 64)]:
        folder.drop("b1", content, sha256=sha)
        assert source.read(None) is None
    folder.drop("b1", b"item_id\nA\n")
    batch = _read(source)
    source.settle(batch, IntakeReport(batch.reference, {"stored": 1}))
    folder.drop("b1", b"item_id\nB\n")
    assert source.read(None) is None
    refused = sorted(path.name for path in (folder.root / "in/refused").iterdir())
    assert refused == ["b1", "b1-2", "b1-3"]
    assert _refusal(folder, "b1-3").startswith("the batch b1 was taken before")


def test_a_batch_that_we_refuse_goes_where_refused_ones_lie(
    folder: FolderPartner, source: Source
) -> None:
    folder.drop("b1", b"item_id\nA\n")
    batch = _read(source)
    source.settle(batch, IntakeReport(batch.reference, {}, refused="No feed of items is expected."))
    assert source.read(None) is None
    assert _refusal(folder, "b1") == "No feed of items is expected."


def test_a_report_for_a_batch_that_never_was_is_refused(source: Source) -> None:
    batch = IncomingBatch("b7:123", IncomingKind.ITEMS, [])
    with pytest.raises(PortError, match="b7 is no longer in the folder") as raised:
        source.settle(batch, IntakeReport(batch.reference, {}))
    assert raised.value.failure is Failure.REJECTED


def test_a_share_that_is_not_mounted_is_a_temporary_fault_and_no_empty_folder(
    tmp_path: Path,
) -> None:
    source = FolderPartner(tmp_path / "absent").opened().source
    assert source is not None
    with pytest.raises(PortError, match="absent cannot be used") as raised:
        source.read(None)
    assert raised.value.failure is Failure.TEMPORARY


def test_rejected_rows_come_back_as_they_were_and_mended_can_be_dropped_as_they_are(
    folder: FolderPartner, source: Source
) -> None:
    lines = ["item_id;description;unit_decimals", "A;=SUM(A1);1", "B;-5;x", "C;odd", "D;good;0"]
    folder.drop("b1", "\n".join(lines).encode(), rows=4)
    batch = _read(source)
    findings = [
        RowFinding(1, "rejected", "=no such item", "Send the item first."),
        RowFinding(2, "exception", "unit_decimals is no number"),
    ]
    source.settle(batch, IntakeReport(batch.reference, {"stored": 1}, findings))
    rejected = (folder.root / "in/done/b1/rejected.csv").read_bytes()
    rows = list(csv.DictReader(rejected.decode("utf-8-sig").splitlines()))
    assert [row["description"] for row in rows] == ["'=SUM(A1)", "-5", ""]
    assert [row["problem"] for row in rows] == [
        "'=no such item",
        "unit_decimals is no number",
        "The line has 2 cells, the header has 3.",
    ]
    assert [row["source_row"] for row in rows] == ["1", "2", "3"]
    assert rows[2]["source_line"] == "C;odd"
    folder.drop("b2", rejected, rows=3)
    assert _values(source)[:2] == [
        {"item_id": "A", "description": "=SUM(A1)", "unit_decimals": 1},
        {"item_id": "B", "description": "-5", "unit_decimals": "x"},
    ]
