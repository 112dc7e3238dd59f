"""What bootstrap hands to everyone: the concrete parts, behind their types."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from adapters.ports import OutsideSystem
from service.database.engine import Database
from service.settings import Settings

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""


@dataclass(frozen=True)
class Connection:
    """What is needed to open a connected system; ``reads`` are the kinds that are read of it."""

    name: str
    adapter: str
    settings: Mapping[str, Any]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outside:
    """The way to connected systems, each known by its connection.

    ``open`` raises ValueError where the settings or secrets of the connection do not fit; what
    it opened stays open until ``close``.
    ``signed`` says whether a body with these headers was signed lately with a secret that is
    shared with the named connection. ``new_secret`` makes a secret to share. ``trial`` opens a
    system that is not connected yet, with secrets by their names; who asks for it closes it.
    """

    open: Callable[[Connection], OutsideSystem]
    signed: Callable[[str, bytes, Mapping[str, str]], bool]
    new_secret: Callable[[], str]
    close: Callable[[], None] = lambda: None
    trial: Callable[[Connection, Mapping[str, str]], OutsideSystem] = lambda connection, _secrets: (
        _nobody(connection)
    )


def _nobody(connection: Connection) -> OutsideSystem:
    raise ValueError(f"nothing is known of the adapter {connection.adapter!r}")


NOBODY = Outside(open=_nobody, signed=lambda _name, _body, _headers: False, new_secret=lambda: "")
"""No system can be reached."""


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
class TakenAgain:
    """What came of something that waited; ``exception_id`` names where it waits on, if it does."""

    result: str
    exception_id: UUID | None = None
    problem: dict[str, Any] | None = None


TakeAgain = Callable[[Session, str, Mapping[str, Any], datetime], TakenAgain]
"""Takes the payload of a system's exception once more, in the caller's transaction."""


@dataclass(frozen=True)
class ServiceContext:
    """The parts of a running service."""

    settings: Settings
    database: Database
    clock: Clock
    ring: Callable[[], None]
    """Wake the worker; call it after the commit. Lost rings cost at most one sweep."""
    outside: Outside = NOBODY
    share: Share = WHOLE
    """Which part of the dirty keys this process prefers."""
    take_again: Mapping[str, TakeAgain] = field(default_factory=dict)
    """How exceptions about what is neither signal nor feed row are replayed, by subject type."""
