"""What lies in out/ is complete, in order, and there once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.canonical.outlook import LineOutlook, OutgoingEvent, SupplyOutlook
from adapters.canonical.proposal import RequisitionProposal
from adapters.files.outgoing_columns import COLUMNS
from adapters.ports import Failure, PortError
from tests.adapters.builders_canonical import bucket, event, forecast, outlook, proposal
from tests.adapters.folder_partner import FolderPartner


@pytest.fixture(params=["csv", "parquet"])
def folder(tmp_path: Path, request: Any) -> FolderPartner:
    (tmp_path / "erp").mkdir()
    return FolderPartner(tmp_path / "erp", request.param)


def _manifests(folder: FolderPartner) -> list[Path]:
    return sorted((folder.root / "out").glob("*.manifest.json"))


def _create(folder: FolderPartner, *references: str) -> None:
    erp = folder.opened().erp
    assert erp is not None
    erp.create([proposal(reference) for reference in references])


def test_every_field_of_what_is_told_has_its_column() -> None:
    head = set(SupplyOutlook.model_fields) - {"schema_version", "lines"}
    assert set(COLUMNS["proposals"]) == set(RequisitionProposal.model_fields)
    assert set(COLUMNS["events"]) == set(OutgoingEvent.model_fields)
    assert set(COLUMNS["outlooks"]) == head | set(LineOutlook.model_fields)


def test_the_same_write_makes_the_same_batch_and_batches_are_numbered(
    folder: FolderPartner,
) -> None:
    for references in (["PL-9"], ["PL-1", "PL-2"], ["PL-9"], ["PL-1", "PL-2"]):
        _create(folder, *references)
    told = [json.loads(path.read_bytes()) for path in _manifests(folder)]
    assert [one["keys"] for one in told] == [["PL-9"], ["PL-1", "PL-2"]]
    assert [one["sequence"] for one in told] == [1, 2]


def test_numbers_go_on_over_all_kinds_and_after_the_partner_has_taken_its_files(
    folder: FolderPartner,
) -> None:
    system = folder.opened()
    assert system.events is not None
    assert system.crm is not None
    assert system.planning is not None
    system.events.deliver_events([event()])
    folder.fetch()
    system.crm.write_outlooks([outlook()])
    folder.fetch()
    day = date(2026, 1, 5)
    system.planning.write_forecast(forecast("pub-1", 1, bucket(day, day, "1")))
    taken = sorted((folder.root / "out/taken").glob("*.manifest.json"))
    names = [path.name.rsplit("-", 1)[0] for path in (*taken, *_manifests(folder))]
    assert names == ["000001-events", "000002-outlooks", "000003-forecasts"]


def test_many_who_write_the_same_at_once_write_it_once(folder: FolderPartner) -> None:
    references = [f"PL-{number}" for number in range(10)]
    turned = [references[start:] + references[:start] for start in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda ones: _create(folder, *ones), turned))
    assert {key: len(found) for key, found in folder.documents().items()} == dict.fromkeys(
        references, 1
    )


def test_a_damaged_manifest_of_ours_is_not_taken_for_nothing(folder: FolderPartner) -> None:
    _create(folder, "PL-1")
    _manifests(folder)[0].write_text("{")
    with pytest.raises(PortError, match="could be handed over twice") as raised:
        _create(folder, "PL-1")
    assert raised.value.failure is Failure.REJECTED


def test_a_text_that_a_spreadsheet_would_run_is_harmless_in_csv(tmp_path: Path) -> None:
    (tmp_path / "erp").mkdir()
    folder = FolderPartner(tmp_path / "erp")
    erp = folder.opened().erp
    assert erp is not None
    erp.create([proposal("PL-1", rationale="=HYPERLINK(1)", item_id="-5", supplier_id="@ACME")])
    [row] = folder.rows("proposals")
    assert (row["rationale"], row["item_id"], row["supplier_id"]) == (
        "'=HYPERLINK(1)",
        "-5",
        "'@ACME",
    )
