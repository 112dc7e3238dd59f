"""A browser without a screen: the pages of a seeded service, and somebody who logs in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from service.context import ServiceContext
from service.http import problems
from service.proposals.tables import ProposalRow
from service.web.assembly import install_pages
from tests.service.builders_people import PASSWORD, put_people
from tests.service.builders_rationale import Planned
from tests.service.builders_web import put_company, put_locations, put_planned

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def web_app(context: ServiceContext) -> FastAPI:
    """The pages with one route for systems beside them."""
    app = FastAPI(title="Pegline", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.context = context
    problems.install(app)
    api = APIRouter(prefix="/v1", tags=["samples"])

    @api.get("/samples/{sample_id}", summary="A sample")
    def sample(sample_id: int) -> dict[str, int]:
        """Answers with the number it is asked for."""
        if sample_id == 0:
            raise problems.Problem(404, "unknown-sample", "There is no such sample")
        return {"sample_id": sample_id}

    app.include_router(api)
    install_pages(app)
    return app


@dataclass(frozen=True)
class Browser:
    """Asks for pages and sends their forms, as a browser without scripts does."""

    client: TestClient

    def get(self, path: str) -> Response:
        return self.client.get(path, headers={"accept": "text/html"})

    def send(self, path: str, fields: Mapping[str, Any], *, token: str | None = None) -> Response:
        """Send a form with the session's token, or with the one given."""
        chosen = self.token() if token is None else token
        data = {"csrf_token": chosen, **fields}
        return self.client.post(path, data=data, headers={"accept": "text/html"})

    def log_in(self, login: str = "planner", password: str = PASSWORD, **fields: str) -> Response:
        data = {"login": login, "password": password, **fields}
        return self.client.post("/log-in", data=data, headers={"accept": "text/html"})

    def token(self) -> str:
        found = _TOKEN.search(self.get("/queue").text)
        return found.group(1) if found else ""


@pytest.fixture
def stranger(context: ServiceContext) -> Browser:
    with context.database.write() as session:
        put_company(session, "Everything here is made up.")
        put_people(session, context.clock())
        put_locations(session, context.clock())
    return Browser(TestClient(web_app(context), follow_redirects=False))


@pytest.fixture
def planner(stranger: Browser) -> Browser:
    assert stranger.log_in().status_code == 303
    return stranger


@pytest.fixture
def planned(context: ServiceContext) -> Callable[[Planned], ProposalRow]:
    """Put an item with its proposal into the database."""

    def put(item: Planned) -> ProposalRow:
        with context.database.write() as session:
            return put_planned(session, item, context.clock())

    return put


@pytest.fixture
def stored(context: ServiceContext) -> Callable[[ProposalRow], ProposalRow]:
    """The proposal as the database has it now."""

    def read(proposal: ProposalRow) -> ProposalRow:
        with context.database.read() as session:
            return session.get_one(ProposalRow, proposal.proposal_id)

    return read
