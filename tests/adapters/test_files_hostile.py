"""A partner that means harm, or whose system went wild: nothing of ours is touched by it."""

import json
import os
from pathlib import Path

import pytest

from adapters.ports import Failure, IncomingBatch, IntakeReport, PortError, RowFinding, Source
from tests.adapters.builders_canonical import event
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


def _refusal(folder: FolderPartner, batch: str) -> str:
    report = json.loads((folder.root / "in/refused" / batch / "report.json").read_bytes())
    return str(report["refused"])


@pytest.mark.parametrize("place", ["in/.lock", "out/.lock"])
def test_a_link_in_place_of_our_lock_empties_no_file_of_ours(
    folder: FolderPartner, tmp_path: Path, place: str
) -> None:
    ours = tmp_path / "pegline.db"
    ours.write_text("all that we know")
    (folder.folder(Path(place).parent.name) / ".lock").symlink_to(ours)
    system = folder.opened()
    assert system.source is not None
    assert system.events is not None
    with pytest.raises(PortError) as fault:
        system.source.read(None) if place.startswith("in") else system.events.deliver_events(
            [event("E-1")]
        )
    assert fault.value.failure is Failure.TEMPORARY
    assert ours.read_text() == "all that we know"


@pytest.mark.parametrize("place", ["report.json", "rejected.csv"])
def test_a_link_in_place_of_our_report_is_not_written_through(
    folder: FolderPartner, source: Source, tmp_path: Path, place: str
) -> None:
    ours = tmp_path / "pegline.db"
    ours.write_text("all that we know")
    (folder.folder("in", ".settling", "refused", "b1") / f".{place}.tmp").symlink_to(ours)
    folder.drop("b1", b"item_id\nBOLT-8\n", rows=2)
    assert source.read(None) is None
    assert ours.read_text() == "all that we know"


def test_a_link_in_place_of_a_folder_is_not_followed(
    folder: FolderPartner, source: Source, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder.folder("in") / "refused").symlink_to(tmp_path / "elsewhere")
    folder.drop("b1", b"item_id\nBOLT-8\n", rows=2)
    with pytest.raises(PortError):
        source.read(None)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_manifest_whose_name_is_no_text_holds_nothing_up(
    folder: FolderPartner, source: Source
) -> None:
    name = os.fsdecode(b"0" + b"\xff" * 200 + b".manifest.json")
    (folder.folder("in") / name).write_text("{}")
    folder.drop("later", b"item_id\nBOLT-8\n")
    source.read(None)
    assert _read(source).reference.startswith("later:")
    assert not (folder.folder("in") / name).exists()
    [refused] = (folder.root / "in/refused").iterdir()
    assert refused.name.startswith(r"0\xff\xff")


def test_a_file_with_more_rows_than_it_should_is_not_read_to_its_end(
    folder: FolderPartner, source: Source
) -> None:
    folder.drop("b1", b"item_id\n" + b"x\n" * 100_000, rows=3)
    assert source.read(None) is None
    assert "more rows than the 3" in _refusal(folder, "b1")


def test_a_column_named_as_a_formula_comes_back_harmless(
    folder: FolderPartner, source: Source
) -> None:
    folder.drop("b1", b"item_id,=HYPERLINK(1)\nBOLT-8,x\n")
    batch = _read(source)
    source.settle(batch, IntakeReport(batch.reference, {}, [RowFinding(1, "rejected", "No.", "")]))
    header = (folder.root / "in/done/b1/rejected.csv").read_text("utf-8-sig").splitlines()[0]
    assert header.startswith("item_id,'=HYPERLINK(1),")
