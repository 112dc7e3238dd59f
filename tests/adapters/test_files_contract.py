"""The folder keeps the contract, in CSV and in Parquet."""

from pathlib import Path

import pytest

from tests.adapters.counterpart import Counterpart
from tests.adapters.folder_partner import FolderPartner
from tests.adapters.port_contract import PortContract


class TestCsvFolder(PortContract):
    @pytest.fixture
    def other(self, tmp_path: Path) -> Counterpart:
        (tmp_path / "erp").mkdir()
        return FolderPartner(tmp_path / "erp")


class TestParquetFolder(PortContract):
    @pytest.fixture
    def other(self, tmp_path: Path) -> Counterpart:
        (tmp_path / "erp").mkdir()
        return FolderPartner(tmp_path / "erp", "parquet")
