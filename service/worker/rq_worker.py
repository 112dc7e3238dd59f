"""An RQ worker that answers one ring at a time, in this process and thread.

RQ's own loop cannot be used. It blocks for minutes, sweeps nothing meanwhile, does not return
while Redis is away, and replaces the signal handlers. Its parts can: the queue, the bookkeeping
of workers and jobs, the clearing up after those that were killed.
"""

import logging
import math
import os
import socket
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from redis import Redis
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker_registration import WORKERS_BY_QUEUE_KEY, register

from service.context import Share
from service.settings import Settings
from service.work.redis_bell import JOB, connect, queue_of
from service.worker.rq_job import on_duty

LONGEST_WAIT_SECONDS = 1.0
"""A command to Redis blocks no longer, so that a stop is heard."""

_PATIENCE_SECONDS = 0.5
_MAINTENANCE_SECONDS = 60
_ALIVE_SECONDS = 30
_BUSY_SECONDS = 300
"""How long a worker that has begun a job counts as alive without another sign."""

_FRACTIONS_SINCE = (6, 0, 0)
"""The Redis from which on a blocking command takes parts of a second."""

_LOG = logging.getLogger(__name__)


class BellWorker(SimpleWorker):
    """Waits on the installation's queue; ``work`` is what a ring asks for.

    Every method raises redis.RedisError when Redis is away or does not answer in time.
    """

    def __init__(self, settings: Settings, work: Callable[[], None]) -> None:
        connection = connect(settings, LONGEST_WAIT_SECONDS + _PATIENCE_SECONDS)
        self._work = work
        super().__init__(
            [queue_of(settings, connection)],
            name=f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}",
            connection=connection,
            serializer=JSONSerializer,
            maintenance_interval=_MAINTENANCE_SECONDS,
            worker_ttl=_ALIVE_SECONDS,
            log_job_description=False,
        )
        self.log_result_lifespan = False
        logging.getLogger("rq").setLevel(logging.WARNING)
        self.register_birth()

    def _set_connection(self, connection: Redis) -> Redis:
        """RQ would have every command wait as long as its own blocking one: leave it as it is."""
        return connection

    def get_heartbeat_ttl(self, _job: Job) -> int:
        """A job has no limit of time, but its worker is not taken for alive for ever."""
        return _BUSY_SECONDS

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, at most ``seconds``, and do what it asks for; whether there was one."""
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()
        try:
            found = Queue.dequeue_any(
                self.queues,
                self._waiting_time(seconds),  # type: ignore[arg-type]  # Redis takes fractions
                connection=self.connection,
                serializer=JSONSerializer,
            )
        except DequeueTimeout:
            return False
        if found is not None:
            self._answer(*found)
        return found is not None

    def share(self) -> Share:
        """Say that we are here, and which of the workers that are we are, in order of names."""
        members = WORKERS_BY_QUEUE_KEY % self.queues[0].name
        with self.connection.pipeline() as pipeline:
            # All of it each time: after a flush nobody knows of us.
            pipeline.hset(self.key, mapping=self.serialize())
            pipeline.expire(self.key, _ALIVE_SECONDS)
            register(self, pipeline)
            pipeline.smembers(members)
            known: list[bytes] = sorted(pipeline.execute()[-1])
            for key in known:
                pipeline.exists(key)
            living = [key for key, exists in zip(known, pipeline.execute(), strict=True) if exists]
        return Share(living.index(self.key.encode()), len(living))

    def close(self) -> None:
        """Leave the list of workers."""
        self.register_death()
        self.connection.close()

    def _waiting_time(self, seconds: float) -> float:
        seconds = min(max(seconds, 0.01), LONGEST_WAIT_SECONDS)
        version: Any = self.get_redis_server_version()
        return seconds if version >= _FRACTIONS_SINCE else math.ceil(seconds)

    def _answer(self, job: Job, queue: Queue) -> None:
        if job.func_name != JOB:
            # Whoever may write to Redis must not thereby run what it likes here.
            _LOG.warning("job %s asks for %s, which is not ours: removed", job.id, job.func_name)
            job.delete()
            return
        job.redis_server_version = self.get_redis_server_version()
        with on_duty(self._work):
            self.execute_job(job, queue)
