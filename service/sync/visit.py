"""A connected system, opened for one round."""

from dataclasses import dataclass
from datetime import timedelta

from adapters.ports import Idempotency, OutsideSystem
from service.sync.tables import ConnectionRow


@dataclass(frozen=True)
class Visit:
    """The connection as it was read, and the system behind it."""

    connection: ConnectionRow
    system: OutsideSystem

    @property
    def name(self) -> str:
        """The system's code."""
        return self.connection.name

    @property
    def searches_first(self) -> bool:
        """Whether nothing but looking up keeps the system from making a document twice."""
        return self.system.capabilities.idempotency is Idempotency.SEARCH_FIRST

    @property
    def hold(self) -> timedelta:
        """How long after an unclear call it may still be carried out, unnoticed by a look-up.

        Only where a look-up is all there is: elsewhere asking again is answered with the same
        document.
        """
        seconds = self.connection.hold_seconds if self.searches_first else 0
        return timedelta(seconds=seconds)

    def batch(self, largest: int) -> int:
        """How many to send in one call; a system that failed last is tried with a single one."""
        return 1 if self.connection.failures else min(self.system.capabilities.max_batch, largest)
