"""A crash between any two steps on the disk loses nothing and does nothing twice."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from adapters.files import durable
from adapters.ports import IncomingKind, IntakeReport, RowFinding
from tests.adapters.builders_canonical import proposal
from tests.adapters.folder_partner import FolderPartner

MOST_STEPS = 20


class KilledError(Exception):
    """The process ends here."""


@pytest.fixture
def folder(tmp_path: Path) -> FolderPartner:
    (tmp_path / "erp").mkdir()
    return FolderPartner(tmp_path / "erp")


def _killed_at(step: int, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> bool:
    """Whether the work was killed before its rename number ``step``; renames end all steps."""
    move, left = durable.move, iter(range(step))

    def dying(path: Path, to: Path) -> None:
        if next(left, None) is None:
            raise KilledError
        move(path, to)

    with monkeypatch.context() as patched:
        patched.setattr(durable, "move", dying)
        try:
            work()
        except KilledError:
            return True
    return False


def _settle_first(folder: FolderPartner) -> None:
    """What the poll does after a restart: read what is there, settle it."""
    source = folder.opened().source
    assert source is not None
    read = source.read(None)
    if read:
        batch = read[0]
        counts = {"stored": 1, "rejected": 1}
        finding = RowFinding(2, "rejected", "The item is unknown.")
        source.settle(batch, IntakeReport(batch.reference, counts, [finding]))


@pytest.mark.parametrize("step", range(MOST_STEPS))
def test_a_batch_is_settled_once_wherever_settling_breaks_off(
    folder: FolderPartner, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    folder.offer(IncomingKind.ITEMS, [{"item_id": "A"}, {"item_id": "B"}])
    _killed_at(step, monkeypatch, lambda: _settle_first(folder))
    _settle_first(folder)
    _settle_first(folder)
    left = [path.name for path in (folder.root / "in").iterdir() if path.is_file()]
    assert left == [".lock"]
    [done] = (folder.root / "in/done").iterdir()
    assert sorted(path.name for path in done.iterdir()) == [
        "001-items.csv",
        "001-items.manifest.json",
        "rejected.csv",
        "report.json",
    ]
    [report] = folder.reports()
    assert (report.counts, len(report.bad_rows)) == ({"stored": 1, "rejected": 1}, 1)


def test_settling_has_fewer_steps_than_are_tried(
    folder: FolderPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.offer(IncomingKind.ITEMS, [{"item_id": "A"}, {"item_id": "B"}])
    assert not _killed_at(MOST_STEPS - 1, monkeypatch, lambda: _settle_first(folder))


def _create(folder: FolderPartner, *references: str) -> None:
    erp = folder.opened().erp
    assert erp is not None
    erp.create([proposal(reference) for reference in references])


@pytest.mark.parametrize("step", range(4))
def test_a_batch_is_handed_over_once_wherever_writing_breaks_off(
    folder: FolderPartner, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    _killed_at(step, monkeypatch, lambda: _create(folder, "PL-1", "PL-2"))
    folder.fetch()
    _create(folder, "PL-1", "PL-2")
    _create(folder, "PL-2", "PL-3")
    assert {key: len(found) for key, found in folder.documents().items()} == {
        "PL-1": 1,
        "PL-2": 1,
        "PL-3": 1,
    }


def test_the_partner_never_sees_a_manifest_without_its_whole_file(
    folder: FolderPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    while _killed_at(steps, monkeypatch, partial(_create, folder, f"PL-{steps}")):
        folder.fetch()  # checks each file against its manifest
        steps += 1
    assert steps == 2
