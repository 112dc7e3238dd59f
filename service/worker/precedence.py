"""Planning goes before telling: whoever waits for an answer waits for one pass, not for two."""

import time
from collections.abc import Callable

_QUIET_SECONDS = 0.1
"""So long after a pass the worker listens for the next change before it tells of the last."""
_LONGEST_UNTOLD_SECONDS = 1.0


class Precedence:
    """Whether another change comes right after a pass; ``ring`` waits for one so many seconds.

    Under changes without end what was planned is told all the same, once a second.
    """

    def __init__(self, ring: Callable[[float], bool]) -> None:
        self._ring = ring
        self._untold_since: float | None = None

    def more_comes(self, *, planned: bool) -> bool:
        """Ask after a round in which something was planned, or not; if False, tell now.

        A ring may be about what was planned already, so a round without anything to plan does
        not yet say that it is quiet.
        """
        if not planned and self._untold_since is None:
            return False
        now = time.monotonic()
        since = now if self._untold_since is None else self._untold_since
        if now - since < _LONGEST_UNTOLD_SECONDS and self._ring(_QUIET_SECONDS):
            self._untold_since = since
            return True
        self._untold_since = None
        return False
