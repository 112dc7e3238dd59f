"""Starting and stopping the worker as a process of its own.

A fresh interpreter, never a fork: polars' threads do not survive one.
"""

import logging
import os
import subprocess
import sys
import threading
from types import FrameType

from service.settings import Settings

_LOG = logging.getLogger(__name__)
_RESTART_PAUSE_SECONDS = 1.0
_STOP_PATIENCE_SECONDS = 10.0


class WorkerProcess:
    """Keeps one ``replenish work`` running beside the web process."""

    def __init__(self, settings: Settings) -> None:
        self._environment = {**os.environ, **_as_environment(settings)}
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        """Start it, and start it again whenever it dies."""
        self._keeper.start()

    def ask_to_stop(self) -> None:
        """Ask it to end."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()

    def stop(self) -> None:
        """Ask it to end, wait, and insist if it does not."""
        self.ask_to_stop()
        process = self._process
        if process is not None and process.poll() is None:
            try:
                process.wait(_STOP_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        self._keeper.join(_STOP_PATIENCE_SECONDS)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            command = [sys.executable, "-m", "service.cli.main", "work", "--child"]
            self._process = subprocess.Popen(command, env=self._environment)  # noqa: S603  ours
            code = self._process.wait()
            if not self._stopping.is_set():
                _LOG.warning("the worker ended with %s and is started again", code)
                self._stopping.wait(_RESTART_PAUSE_SECONDS)


class StopSignal:
    """Remembers that the process was asked to end, or that its parent is gone."""

    def __init__(self, *, child: bool) -> None:
        self._asked = False
        self._parent = os.getppid() if child else None

    def ask(self, _signal: int, _frame: FrameType | None) -> None:
        """A signal handler."""
        self._asked = True

    def __call__(self) -> bool:
        """Whether to stop."""
        orphaned = self._parent is not None and os.getppid() != self._parent
        return self._asked or orphaned


def _as_environment(settings: Settings) -> dict[str, str]:
    return {
        f"REPLENISH_{name.upper()}": str(value) for name, value in settings.model_dump().items()
    }
