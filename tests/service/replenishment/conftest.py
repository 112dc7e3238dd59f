"""An ERP with a year of steady sales, and a planning system beside it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope
from service.context import ServiceContext
from service.forecasts.override_routes import router
from tests.service.builders_feeds import Erp, key_for, steady_erp
from tests.service.builders_network import Network, lane
from tests.service.builders_overrides import PATH, Ask, override_json
from tests.service.builders_plan import plan
from tests.service.conftest import FakeClock


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """An ERP with a year of steady sales."""
    return steady_erp(context)


@pytest.fixture
def network(erp: Erp, clock: FakeClock) -> Network:
    """UK has far too much, DE too little; a lane leads from UK to DE, and all is planned."""
    network = Network(erp.context, clock, erp)
    network.count("UK", 600)
    network.place("DE", 40)
    network.connect(lane("UK", "DE"))
    network.work()
    return network


@pytest.fixture
def planning(erp: Erp, client_for: Callable[..., TestClient]) -> Iterator[TestClient]:
    """A planning system that may override, and a plan of 10 bottles a day."""
    plan(erp.context)
    headers = key_for(erp.context, "planning", Scope.PROPOSALS_DECIDE)
    with client_for(router) as client:
        client.headers.update(headers)
        yield client


@pytest.fixture
def ask(planning: TestClient) -> Ask:
    def ask(*days: int, **fields: Any) -> dict[str, Any]:
        response = planning.post(PATH, json=override_json(*days, **fields))
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    return ask
