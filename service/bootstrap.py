"""The composition root: the one place where a port meets a concrete part."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from service.context import ServiceContext
from service.database.engine import Database
from service.settings import Settings
from service.work.doorbell import Doorbell


def build(settings: Settings | None = None) -> ServiceContext:
    """The parts of a service with these settings, by default those of the environment."""
    chosen = settings or Settings()
    chosen.data_dir.mkdir(parents=True, exist_ok=True)
    return ServiceContext(
        settings=chosen,
        database=Database(chosen.url),
        clock=_utc_now,
        ring=_ring(chosen),
    )


def _ring(settings: Settings) -> Callable[[], None]:
    """The local bell, and Redis where there is one: either wakes a worker."""
    local = Doorbell(settings.data_dir).ring
    if not settings.redis_url:
        return local
    from service.work.redis_bell import RedisBell  # noqa: PLC0415  RQ takes a tenth of a second

    over_redis = RedisBell(settings).ring

    def ring() -> None:
        local()
        over_redis()

    return ring


@contextmanager
def opened() -> Iterator[ServiceContext]:
    """The parts as the environment wants them, for as long as a command needs them."""
    context = build()
    try:
        yield context
    finally:
        context.database.close()


def _utc_now() -> datetime:
    return datetime.now(UTC)
