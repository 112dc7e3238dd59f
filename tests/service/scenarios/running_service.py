"""The service as its users have it: a process that answers over HTTP, a worker beside it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from service.access.api_keys import Scope
from tests.demo_process import free_port, interrupt

ERP_SCOPES = (
    Scope.FEEDS_WRITE,
    Scope.PROPOSALS_READ,
    Scope.PROPOSALS_CLAIM,
    Scope.PROPOSALS_DECIDE,
    Scope.EXCEPTIONS_WRITE,
)
ON_EACH_DATABASE = pytest.mark.parametrize(
    "empty_database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)],
    indirect=True,
)
"""For stories that start a service per test: on PostgreSQL in the long run only."""

_START_SECONDS = 60.0
_PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.02


@dataclass
class Caller:
    """A system with its key."""

    url: str
    key: str
    http: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx2.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=30
        )

    def close(self) -> None:
        """Hang up."""
        self.http.close()

    def post(self, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        """Send ``body`` and insist on success."""
        response = self.http.post(path, json=body, headers=headers)
        assert response.is_success, f"{response.status_code}: {response.text}"
        answer: dict[str, Any] = response.json()
        return answer

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read, and insist on success."""
        response = self.http.get(path, params=query)
        assert response.is_success, f"{response.status_code}: {response.text}"
        answer: dict[str, Any] = response.json()
        return answer


@dataclass(frozen=True)
class RunningService:
    """Its address, its environment, and a key for each system."""

    url: str
    environment: dict[str, str]
    crm: Caller
    erp: Caller
    process_id: int
    """Of the web process; its worker is a child of it."""

    def replenish(self, *arguments: str) -> str:
        """Run the command line against the same database; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "service.cli.main", *arguments],
            env={**self.environment, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def recommendation(self, item: str, location: str) -> dict[str, Any]:
        """The recommendation, once nothing is pending."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            response = self.erp.http.get(
                "/v1/recommendations", params={"item": item, "location": location}
            )
            found: dict[str, Any] = response.json()
            if not found["pending"] and response.is_success:
                return found
            time.sleep(_POLL_SECONDS)
        raise AssertionError(f"no settled recommendation for {item} at {location}: {found}")


@contextmanager
def running_service(database_url: str, data_dir: Path, **settings: str) -> Iterator[RunningService]:
    """`replenish serve` on an empty database."""
    port = free_port()
    environment = {
        **os.environ,
        "REPLENISH_DATABASE_URL": database_url,
        "REPLENISH_DATA_DIR": str(data_dir),
        "REPLENISH_PORT": str(port),
        **settings,
    }
    log = data_dir / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli.main", "serve"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, log)
        with (
            closing(Caller(url, make_key(environment, "crm", Scope.SIGNALS_WRITE))) as crm,
            closing(Caller(url, make_key(environment, "erp", *ERP_SCOPES))) as erp,
        ):
            yield RunningService(url, environment, crm, erp, process.pid)
    finally:
        left = interrupt(process)
    assert left == [], f"left running after Ctrl-C: {left}\n{log.read_text()[-3000:]}"


def make_key(environment: dict[str, str], system: str, *scopes: Scope) -> str:
    """A key as an administrator makes it."""
    options = [option for scope in scopes for option in ("--scope", scope)]
    done = subprocess.run(
        [sys.executable, "-m", "service.cli.main", "keys", "create", system, *options],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-4000:]
        try:
            if httpx2.get(f"{url}/healthz", timeout=2).is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(log.read_text()[-4000:])
