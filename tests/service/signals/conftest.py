from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope, create_key
from service.context import ServiceContext
from service.exceptions.routes import router as exceptions
from service.signals.replay_routes import router as replays
from service.signals.routes import router as signals
from tests.service.builders_signals import stock_the_shelves


@pytest.fixture
def shelves(context: ServiceContext) -> ServiceContext:
    """A service that knows BOTTLE, WINE, UK, FR and ACME."""
    with context.database.write() as session:
        stock_the_shelves(session, context.clock())
    return context


@pytest.fixture
def client(shelves: ServiceContext, client_for: Callable[..., TestClient]) -> TestClient:
    """Speaks for the system 'crm', with every scope."""
    with shelves.database.write() as session:
        key = create_key(session, "crm", list(Scope), shelves.clock())
    client = client_for(signals, exceptions, replays)
    client.headers["Authorization"] = f"Bearer {key}"
    return client
