"""A server process that ends with us, however we end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.servers.choice import ServerUnavailableError

_DEATH_SIGNAL = Path(__file__).with_name("death_signal.py")
_POLL_SECONDS = 0.05
KEEP_USER = (-1, -1)


def start(command: list[str], log: Path, *, owner: tuple[int, int]) -> subprocess.Popen[bytes]:
    """Run ``command`` as ``owner`` (user id, group id); what it says goes to ``log``."""
    script = [sys.executable, "-S", str(_DEATH_SIGNAL), str(os.getpid())]
    with log.open("wb") as output:
        return subprocess.Popen(
            [*script, *map(str, owner), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
        )


def wait_until(
    answers: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, *, seconds: float = 30
) -> None:
    """Return when the server ``answers``; raises ServerUnavailableError with the end of its log."""
    deadline = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            stop(process)
            raise ServerUnavailableError(f"{process.args!r} did not start: {_end_of(log)}")
        time.sleep(_POLL_SECONDS)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and wait for it."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]
