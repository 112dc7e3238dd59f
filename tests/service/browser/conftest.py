"""The whole application on a port, a browser before it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from service.context import ServiceContext
from tests.service.browser.chromium import chromium
from tests.service.browser.serving import Filled, copied, fill, served
from tests.service.browser.windows import OpenPage, opener
from tests.service.conftest import NOW, FakeClock


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return fill(tmp_path_factory.mktemp("filled"), sqlite_template)


@pytest.fixture
def context(filled: Filled, tmp_path: Path, clock: FakeClock) -> Iterator[ServiceContext]:
    """The test's own copy."""
    with copied(filled, tmp_path, clock) as context:
        yield context


@pytest.fixture
def address(context: ServiceContext) -> Iterator[str]:
    """The application on a free port."""
    with served(context) as at:
        yield at


@pytest.fixture
def open_page(browser: Browser, address: str, filled: Filled) -> OpenPage:
    """A person's browser window; console errors and breaches of the policy fail the test."""
    return opener(browser, address, filled.tokens)


@pytest.fixture(scope="package")
def shared_context(
    filled: Filled, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceContext]:
    """One copy for all tests that only look."""
    with copied(filled, tmp_path_factory.mktemp("shared"), FakeClock(NOW)) as context:
        yield context


@pytest.fixture(scope="package")
def shared_page(
    browser: Browser, shared_context: ServiceContext, filled: Filled
) -> Iterator[OpenPage]:
    """A window onto it."""
    with served(shared_context) as at:
        yield opener(browser, at, filled.tokens)
