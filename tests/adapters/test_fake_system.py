"""The fake keeps the contract, or tests that lean on it would lie."""

import pytest

from adapters.ports import Idempotency
from tests.adapters.counterpart import Counterpart
from tests.adapters.fake_system import FakeSystem
from tests.adapters.port_contract import ErpContract, PortContract


class TestFake(PortContract):
    @pytest.fixture
    def other(self) -> Counterpart:
        return FakeSystem()


class TestFakeThatMakesDuplicates(ErpContract):
    """It does nothing against a second document: one looks first."""

    @pytest.fixture
    def other(self) -> Counterpart:
        return FakeSystem(idempotency=Idempotency.SEARCH_FIRST)
