"""What bootstrap hands to everyone: the concrete parts, behind their types."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.database.engine import Database
from service.settings import Settings

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""


@dataclass(frozen=True)
class ServiceContext:
    """The parts of a running service."""

    settings: Settings
    database: Database
    clock: Clock
    ring: Callable[[], None]
    """Wake the worker; call it after the commit. Lost rings cost at most one sweep."""
