"""The contract of all adapters, kept with a real Tryton, with our module in it and without."""

import pytest

from tests.adapters.port_contract import CrmContract, ErpContract, PlanningContract

pytestmark = pytest.mark.tryton


class TestTryton(ErpContract, CrmContract, PlanningContract):
    """Everything that Tryton is told."""
