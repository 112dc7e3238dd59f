"""The doorbell over Redis or Valkey: an RQ job that says "do what the database says".

The job carries the installation's name and nothing else, so that one waiting job speaks for all
rings before it. Whether one waits is read from the queue itself: no key of ours could be left
behind by a crash and keep the bell silent. A ring that is lost costs at most one sweep.
"""

import hashlib
import logging
import threading

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import make_url

from service.settings import Settings

JOB = "service.worker.rq_job.work_through"
"""The one function that our workers run."""

_LOG = logging.getLogger(__name__)
_RINGER_PATIENCE_SECONDS = 0.5
_FAILURE_KEPT_SECONDS = 3600
_NO_TIME_LIMIT = -1


def connect(settings: Settings, patience_seconds: float) -> Redis:
    """A client that gives up after ``patience_seconds`` and never tries a command again."""
    return Redis.from_url(
        settings.redis_url,
        socket_timeout=patience_seconds,
        socket_connect_timeout=patience_seconds,
        retry=Retry(NoBackoff(), 0),
    )


def queue_name(settings: Settings) -> str:
    """The installation's queue: other installations that share the server have another.

    Named by the installation and by the database that it says is the truth.
    """
    url = make_url(settings.url)
    database = f"{url.get_backend_name()} {url.host} {url.port} {url.database}"
    digest = hashlib.sha256(database.encode()).hexdigest()[:12]
    return f"{settings.installation}-{digest}"


def queue_of(settings: Settings, connection: Redis) -> Queue:
    """The installation's queue. Jobs are JSON: nothing in Redis is ever unpickled."""
    return Queue(queue_name(settings), connection=connection, serializer=JSONSerializer)


class RedisBell:
    """Rings from a thread of its own: whoever asks never waits, however Redis is.

    Rings that come while one is on its way count as one.
    """

    def __init__(self, settings: Settings) -> None:
        self._installation = settings.installation
        self._queue = queue_of(settings, connect(settings, _RINGER_PATIENCE_SECONDS))
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._ringer: threading.Thread | None = None
        self._failing = False

    def ring(self) -> None:
        """Ask for a ring; returns at once and never fails."""
        self._wanted.set()
        with self._starting:
            if self._ringer is None:
                self._ringer = threading.Thread(target=self._keep_ringing, daemon=True)
                self._ringer.start()

    def _keep_ringing(self) -> None:
        while self._wanted.wait():
            # Before the ring: what is committed after this asks for another one.
            self._wanted.clear()
            try:
                self._enqueue()
            except (RedisError, OSError) as error:
                self._note_failure(error)
            else:
                self._failing = False

    def _enqueue(self) -> None:
        if self._queue.count:
            return
        self._queue.enqueue_call(
            JOB,
            args=(self._installation,),
            timeout=_NO_TIME_LIMIT,
            result_ttl=0,
            failure_ttl=_FAILURE_KEPT_SECONDS,
        )

    def _note_failure(self, error: Exception) -> None:
        if not self._failing:
            _LOG.warning("Redis cannot be rung (%s); the sweep finds the work", error)
        self._failing = True
