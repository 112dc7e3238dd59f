from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope
from service.context import ServiceContext
from service.outlook.routes import router as outlooks
from service.signals.routes import router as signals
from tests.service.builders_feeds import Erp, key_for, steady_erp
from tests.service.builders_outlook import Crm


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """An ERP with a year of steady sales: ten bottles a day, forty on hand."""
    return steady_erp(context)


@pytest.fixture
def crm(erp: Erp, client_for: Callable[..., TestClient]) -> Crm:
    """A CRM that sends signals and reads outlooks, over HTTP."""
    client = client_for(signals, outlooks)
    client.headers.update(key_for(erp.context, "crm", Scope.SIGNALS_WRITE, Scope.OUTLOOK_READ))
    return Crm(client, erp.context)
