"""HTTP keeps the contract, against simulated systems of every kind of idempotency."""

import pytest

from adapters.ports import Failure, Idempotency
from tests.adapters.counterpart import Counterpart
from tests.adapters.http_partner import HttpPartner
from tests.adapters.port_contract import ErpContract, PortContract
from tests.adapters.simulated_http_system import SimulatedHttpSystem


class TestHttp(PortContract):
    """One proposal per call, to a system that answers a repeated key with its first answer."""

    @pytest.fixture
    def other(self, simulated: SimulatedHttpSystem) -> Counterpart:
        return HttpPartner(simulated)


class TestHttpInBatches(ErpContract):
    """Several proposals per call."""

    @pytest.fixture
    def other(self, simulated: SimulatedHttpSystem) -> Counterpart:
        return HttpPartner(simulated, {"proposals_per_call": 50})


class TestHttpWithUniqueReferences(ErpContract):
    """To a system that refuses a second document instead."""

    @pytest.fixture
    def other(self, simulated: SimulatedHttpSystem) -> Counterpart:
        simulated.memory.unique = True
        simulated.memory.replays = False
        return HttpPartner(
            simulated,
            {"idempotency": Idempotency.UNIQUE},
            provokes={*Failure} - {Failure.CONFLICT},
        )


class TestHttpThatMakesDuplicates(ErpContract):
    """To a system that does nothing against a second document: one looks first."""

    @pytest.fixture
    def other(self, simulated: SimulatedHttpSystem) -> Counterpart:
        simulated.memory.replays = False
        return HttpPartner(simulated, {"idempotency": Idempotency.SEARCH_FIRST})
