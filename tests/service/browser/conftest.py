"""The whole application on a port, a browser before it."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from service.app import create_app
from service.context import ServiceContext
from service.database.engine import Database
from service.settings import Settings
from tests.service.browser.chromium import chromium
from tests.service.browser.windows import OpenPage, log_in, window
from tests.service.builders_queue import put_full_queue
from tests.service.builders_web import put_company, put_locations, put_people
from tests.service.conftest import FakeClock


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def context(sqlite_template: Path, tmp_path: Path, clock: FakeClock) -> Iterator[ServiceContext]:
    """SQLite only: the browser does not know the difference."""
    shutil.copy(sqlite_template, tmp_path / "pegline.db")
    database = Database(f"sqlite:///{tmp_path / 'pegline.db'}")
    with database.write() as session:
        put_company(session, "Demo. Suppliers, stock and opportunities are made up.")
        put_people(session, clock())
        put_locations(session, clock())
        put_full_queue(session, 60, clock())
    yield ServiceContext(
        settings=Settings(data_dir=tmp_path), database=database, clock=clock, ring=lambda: None
    )
    database.close()


@pytest.fixture
def address(context: ServiceContext) -> Iterator[str]:
    """The application on a free port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(context), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> OpenPage:
    """A person's browser window; console errors and breaches of the policy fail the test."""

    @contextmanager
    def opened(
        *, login: str = "planner", accepts_refusals: bool = False, **settings: Any
    ) -> Iterator[Page]:
        with window(browser, address, **settings) as (page, complaints):
            log_in(page, login)
            yield page
            page.wait_for_load_state()
        refusals = [said for said in complaints if "status of 422" in said]
        assert complaints == (refusals if accepts_refusals else [])

    return opened
