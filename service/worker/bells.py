"""Which bell an installation has: Redis where one is set, else the local socket."""

from collections.abc import Callable

from service.settings import Settings
from service.worker.local_bell import Bell, LocalBell


def bell_of(settings: Settings, work: Callable[[], None]) -> Bell:
    """The bell of an installation; ``work`` is what a ring over Redis asks for."""
    local = LocalBell(settings)
    if not settings.redis_url:
        return local
    from service.worker.rq_bell import RqBell  # noqa: PLC0415  RQ takes a tenth of a second

    return RqBell(settings, work, local)
