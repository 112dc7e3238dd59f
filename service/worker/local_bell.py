"""What a worker waits for between its passes; without Redis, the socket of this machine."""

from typing import Protocol

from service.context import WHOLE, Share
from service.settings import Settings
from service.work.doorbell import Listener


class Bell(Protocol):
    """Something to wait for."""

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, at most ``seconds``; whether there was one."""

    def share(self) -> Share:
        """Which part of the work is this worker's now."""

    def close(self) -> None:
        """Stop listening."""


class LocalBell(Listener):
    """The socket of this machine; its worker knows of no other."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.data_dir)

    def share(self) -> Share:
        """All of it."""
        return WHOLE
