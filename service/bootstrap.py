"""The composition root: the one place where a port meets a concrete part."""

from collections.abc import Iterator
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
        ring=Doorbell(chosen.data_dir).ring,
    )


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
