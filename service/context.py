"""What bootstrap hands to everyone: the concrete parts, behind their types."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.database.engine import Database
from service.settings import Settings

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""


@dataclass(frozen=True)
class Share:
    """Part ``slot`` (from 0) of ``of`` equal parts of the dirty keys, told apart by item.

    Workers share out the heap by it, so that they do not compute the same keys in vain. It is
    only an order of preference: results are guarded by generations, and a wrong share costs time
    and never a result. All locations of an item fall to the same worker.
    """

    slot: int = 0
    of: int = 1

    @property
    def first(self) -> bool:
        """Whether this worker does what one is enough for."""
        return self.slot == 0

    def has(self, item_id: str) -> bool:
        """Whether the item is this worker's."""
        return zlib.crc32(item_id.encode()) % self.of == self.slot


WHOLE = Share()
"""The share of a worker that knows of no other."""


@dataclass(frozen=True)
class ServiceContext:
    """The parts of a running service."""

    settings: Settings
    database: Database
    clock: Clock
    ring: Callable[[], None]
    """Wake the worker; call it after the commit. Lost rings cost at most one sweep."""
    share: Share = WHOLE
    """Which part of the dirty keys this process prefers."""
