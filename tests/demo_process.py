"""The demo in a process group of its own, started and stopped as in a terminal."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_STOP_SECONDS = 20
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Started:
    """A demo that answers."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    seconds: float
    """From the command to the printed address."""

    def printed(self) -> str:
        """All that it has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def demo(
    command: list[str], folder: Path, environment: Mapping[str, str], *, seconds: float
) -> Iterator[Started]:
    """Run ``command`` until its address answers, at most ``seconds``; Ctrl-C at the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = folder / f"demo-{port}.log"
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, "REPLENISH_PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = Started(process, url, log, 0.0)
    try:
        while not (url in started.printed() and _answers(port)):
            assert process.poll() is None, started.printed()[-4000:]
            assert time.monotonic() - began < seconds, started.printed()[-4000:]
            time.sleep(_POLL_SECONDS)
        yield Started(process, url, log, time.monotonic() - began)
    finally:
        left = interrupt(process)
    assert left == [], f"left running after Ctrl-C: {left}"


def interrupt(process: subprocess.Popen[bytes]) -> list[str]:
    """Press Ctrl-C; returns what is still running after a while, and kills it."""
    if session_of(process.pid):
        os.killpg(process.pid, signal.SIGINT)
    deadline = time.monotonic() + _STOP_SECONDS
    while (process.poll() is None or session_of(process.pid)) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    left = session_of(process.pid)
    if left:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return left


def session_of(leader: int) -> list[str]:
    """The command lines of all processes in the session that ``leader`` opened (Linux)."""
    return [
        (process / "cmdline").read_text("utf-8").replace("\0", " ").strip()
        for process in Path("/proc").glob("[0-9]*")
        if _is_in_session(process, leader)
    ]


def _is_in_session(process: Path, leader: int) -> bool:
    with suppress(OSError):
        # pid (name) state parent group session …; the name may hold blanks and brackets
        state, _, _, session = (process / "stat").read_text("utf-8").rpartition(")")[2].split()[:4]
        return session == str(leader) and state != "Z"
    return False


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
