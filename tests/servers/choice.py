"""Which servers the tests use, and what happens when there is none.

First the address that the environment names, then a server that runs on this machine, then one
that we start from a wheel. ``TEST_SERVERS=embedded`` goes straight to the wheel.
"""

import os
from typing import NoReturn

import pytest

EMBEDDED = "embedded"
ENVIRONMENT = dict(os.environ)
"""As the tests were started; the product under test is not to see its own variables."""


class ServerUnavailableError(Exception):
    """No such server can be had here; the message says why."""


def named(variable: str) -> str | None:
    """The address in ``variable``; None if it is not to be used."""
    return None if embedded_only() else ENVIRONMENT.get(variable) or None


def embedded_only() -> bool:
    """Whether servers of this machine are to be left alone."""
    return ENVIRONMENT.get("TEST_SERVERS") == EMBEDDED


def required() -> bool:
    """Whether a test without its server fails instead of being skipped."""
    return any(ENVIRONMENT.get(name, "0") not in {"", "0"} for name in ("CI", "REQUIRE_SERVERS"))


def give_up(reason: ServerUnavailableError) -> NoReturn:
    """Skip the test, or fail where a silent gap would be worse."""
    if required():
        pytest.fail(f"{reason} (and CI or REQUIRE_SERVERS is set)", pytrace=False)
    pytest.skip(str(reason))
