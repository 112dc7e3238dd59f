"""Redis or Valkey, where this installation has one: reachable, new enough, somebody listens.

Without it nothing is lost, only later: a fault is only what will not mend itself.
"""

from typing import Any

from redis import Redis, RedisError
from rq import Worker

from service.doctor.finding import Finding, Health
from service.settings import Settings
from service.work.redis_bell import connect, queue_of

OLDEST_REDIS = (5, 0)
OLDEST_VALKEY = (7, 2)
_PATIENCE_SECONDS = 2.0


def examine_redis(settings: Settings) -> list[Finding]:
    """One finding, or none where no Redis is set."""
    if not settings.redis_url:
        return []
    try:
        with connect(settings, _PATIENCE_SECONDS) as client:
            outdated = examine_version(client.info("server"))
            return [outdated or _examine_queue(settings, client)]
    except ValueError as error:
        remedy = "Write REPLENISH_REDIS_URL as redis://host:6379/0 or unix:///path/to/socket."
        return [Finding("redis", Health.FAULT, str(error), remedy)]
    except (RedisError, OSError) as error:
        remedy = "Start it, or mend REPLENISH_REDIS_URL; until then the sweep finds the work."
        return [Finding("redis", Health.NOTE, f"not reachable: {error}", remedy)]


def examine_version(server: dict[str, Any]) -> Finding | None:
    """A finding if what INFO says of the server is too old, else None."""
    valkey = server.get("server_name") == "valkey"
    name = "Valkey" if valkey else "Redis"
    oldest = OLDEST_VALKEY if valkey else OLDEST_REDIS
    found = _version(server, valkey=valkey)
    if tuple(map(int, found.split(".")[:2])) >= oldest:
        return None
    wanted = ".".join(map(str, oldest))
    return Finding("redis", Health.FAULT, f"{name} {found}", f"Install {name} {wanted} or newer.")


def _version(server: dict[str, Any], *, valkey: bool) -> str:
    return str(server["valkey_version" if valkey else "redis_version"])


def _examine_queue(settings: Settings, client: Redis) -> Finding:
    queue = queue_of(settings, client)
    listening = Worker.count(queue=queue)
    detail = f"queue {queue.name}: workers {listening}, rings waiting {queue.count}"
    if listening:
        return Finding("redis", Health.OK, detail)
    return Finding("redis", Health.NOTE, detail, "Start a worker: 'replenish work'.")
