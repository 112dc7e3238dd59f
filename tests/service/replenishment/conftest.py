"""An ERP with a year of steady sales, and a planning system beside it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope
from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.forecasts.override_routes import router
from service.policies.versions import ensure_default
from tests.service.builders_feeds import Erp, account, item, key_for, location, sale, stock, terms
from tests.service.builders_overrides import PATH, Ask, override_json
from tests.service.builders_plan import plan


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """An ERP that has told of steady sales of bottles at UK since a year, and of little stock."""
    with context.database.write() as session:
        ensure_default(session, context.clock())
    erp = Erp(context)
    erp.send(FeedKind.LOCATIONS, location("UK"), location("FR"))
    erp.send(FeedKind.ITEMS, item("BOTTLE"))
    erp.send(FeedKind.ACCOUNTS, account("ACME"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms())
    erp.send(FeedKind.STOCK_POSITIONS, stock("40", as_of=context.clock()))
    days = [date(2011, 8, 28) - timedelta(days=back) for back in range(210)]
    erp.send(FeedKind.SALES_LINES, *(sale(f"SO-{day}", "10", sold_on=day) for day in days))
    return erp


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
