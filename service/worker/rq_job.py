"""The job behind every ring: do what the database says, until nothing is left.

It finds the worker that runs it in the context of the call. A process that is not one of our
workers has no database to look into, and says so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ON_DUTY: ContextVar[Callable[[], None]] = ContextVar("on_duty")


class NobodyOnDutyError(RuntimeError):
    """The job was taken by a process that is none of our workers."""


@contextmanager
def on_duty(work: Callable[[], None]) -> Iterator[None]:
    """Within, ``work_through`` means ``work``."""
    token = _ON_DUTY.set(work)
    try:
        yield
    finally:
        _ON_DUTY.reset(token)


def work_through(installation: str) -> None:
    """Run passes until nothing is dirty. Twice is as good as once."""
    work = _ON_DUTY.get(None)
    if work is None:
        raise NobodyOnDutyError(
            f"the work of {installation} is done by 'replenish work', not by a plain RQ worker"
        )
    work()
