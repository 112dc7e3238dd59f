"""A simulated HTTP system for each test that asks for one."""

from collections.abc import Iterator

import pytest

from tests.adapters.http_partner import HttpPartner
from tests.adapters.simulated_http_system import SimulatedHttpSystem


@pytest.fixture
def simulated() -> Iterator[SimulatedHttpSystem]:
    """A simulated system that listens on the loopback."""
    system = SimulatedHttpSystem()
    yield system
    system.stop()


@pytest.fixture
def partner(simulated: SimulatedHttpSystem) -> HttpPartner:
    """The system with our usual settings for it."""
    return HttpPartner(simulated)
