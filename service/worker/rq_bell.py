"""The bell over Redis: an RQ worker, and the local socket while Redis is away."""

import logging
import time
from collections.abc import Callable

from redis import RedisError

from service.context import WHOLE, Share
from service.settings import Settings
from service.worker.local_bell import Bell
from service.worker.rq_worker import BellWorker

_LOG = logging.getLogger(__name__)
_QUIET_SECONDS = 5.0
"""After a failure Redis is left alone for so long."""


class RqBell:
    """An RQ worker; the local socket while Redis is away."""

    def __init__(self, settings: Settings, work: Callable[[], None], local: Bell) -> None:
        self._settings = settings
        self._work = work
        self._local = local
        self._worker: BellWorker | None = None
        self._failed_at = float("-inf")
        self._failing = False

    def wait(self, seconds: float) -> bool:
        """Wait on Redis, or on the socket while Redis is away."""
        try:
            worker = self._connected()
            if worker is not None:
                return worker.wait(seconds)
        except (RedisError, OSError) as error:
            self._note_failure(error)
        return self._local.wait(seconds)

    def share(self) -> Share:
        """Our part among the workers that Redis knows; all of it while Redis is away."""
        try:
            worker = self._connected()
            if worker is not None:
                return worker.share()
        except (RedisError, OSError) as error:
            self._note_failure(error)
        return WHOLE

    def close(self) -> None:
        """Leave Redis and the socket."""
        self._local.close()
        if self._worker is not None:
            try:
                self._worker.close()
            except (RedisError, OSError) as error:
                _LOG.debug("Redis was not told that this worker ends: %s", error)

    def _connected(self) -> BellWorker | None:
        """The worker, made anew after a failure; None while Redis is left alone."""
        if self._worker is None and time.monotonic() - self._failed_at >= _QUIET_SECONDS:
            self._worker = BellWorker(self._settings, self._work)
            if self._failing:
                _LOG.info("Redis answers again")
            self._failing = False
        return self._worker

    def _note_failure(self, error: Exception) -> None:
        self._worker = None
        self._failed_at = time.monotonic()
        if not self._failing:
            _LOG.warning("Redis does not answer (%s); working by sweep and local bell", error)
        self._failing = True
