"""The worker's life: wait for the bell, do what the database says, sweep now and then."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from service.context import ServiceContext
from service.forecasts.baselines import fit_dirty
from service.outlook.refresh import refresh_outlooks
from service.replenishment.recompute import recompute_dirty
from service.sync.rounds import sync_once
from service.worker.bells import bell_of
from service.worker.local_bell import Bell
from service.worker.precedence import Precedence
from service.worker.sweep import sweep

Step = Callable[[ServiceContext], object]
"""Does one part of the work; what it returns is truthy if there was anything to do."""

_LOG = logging.getLogger(__name__)
_REST_AFTER_FAILURE_SECONDS = 2.0
_LONGEST_WAIT_SECONDS = 1.0
"""However long the sweep's interval is, a stop is heard within this."""


def work(context: ServiceContext, stopped: Callable[[], bool]) -> None:
    """Run passes until ``stopped`` says so; it is asked about once a second."""
    life = _Life(context, stopped)
    try:
        while not stopped():
            life.once()
    finally:
        life.bell.close()


class _Life:
    """What a worker remembers between two rounds."""

    def __init__(self, context: ServiceContext, stopped: Callable[[], bool]) -> None:
        self._context = context
        self._stopped = stopped
        self._swept_at = float("-inf")
        self.bell: Bell = bell_of(context.settings, self._work_through)
        self._precedence = Precedence(self.bell.wait)

    def once(self) -> None:
        """Sweep if it is time, do what is to be done, wait for more."""
        try:
            if self._sweep_is_due():
                self._context = replace(self._context, share=self.bell.share())
                sweep(self._context)
                self._swept_at = time.monotonic()
            busy = drain(self._context, self._precedence)
        except Exception:  # noqa: BLE001  a worker outlives whatever a pass throws at it
            # Whatever failed is still written down as undone: rest, then try again.
            _LOG.exception("a pass failed; its keys stay dirty")
            time.sleep(_REST_AFTER_FAILURE_SECONDS)
            return
        if not busy:
            self._rest()

    def _rest(self) -> None:
        """Until a ring, the next sweep, or the word to stop."""
        while not self._stopped() and not self._sweep_is_due():
            if self.bell.wait(min(self._until_sweep(), _LONGEST_WAIT_SECONDS)):
                return

    def _work_through(self) -> None:
        """What a ring asks for: all that is dirty, but no longer than to the next sweep.

        Of what was planned others are told in the worker's own round, which follows.
        """
        while plan(self._context) and not self._stopped() and not self._sweep_is_due():
            pass

    def _sweep_is_due(self) -> bool:
        return self._until_sweep() <= 0

    def _until_sweep(self) -> float:
        return self._swept_at + self._context.settings.sweep_seconds - time.monotonic()


def drain(context: ServiceContext, precedence: Precedence | None = None) -> bool:
    """Plan; then one refresh of outlooks and one round with connected systems.

    True if there was anything to do. A step that fails keeps none of the others from being done:
    keys are recomputed that need no fit, and what was decided is told. Its fault is raised last.
    What ``precedence`` says comes next is planned before anybody is told of the last.
    """
    busy, faults = _try_each(context, (fit_dirty, _recompute))
    if precedence is not None and precedence.more_comes(planned=busy):
        busy = True
    else:
        told, failed = _try_each(context, (refresh_outlooks, sync_once))
        busy, faults = busy or told, faults + failed
    _raise(faults)
    return busy


def plan(context: ServiceContext) -> bool:
    """One fit, one recompute; True if there was anything to do."""
    busy, faults = _try_each(context, (fit_dirty, _recompute))
    _raise(faults)
    return busy


def _try_each(context: ServiceContext, steps: Iterable[Step]) -> tuple[bool, list[Exception]]:
    busy, faults = False, []
    for step in steps:
        try:
            busy |= bool(step(context))
        except Exception as fault:  # noqa: BLE001  raised by the caller
            faults.append(fault)
    return busy, faults


def _raise(faults: list[Exception]) -> None:
    if faults:
        raise ExceptionGroup("steps of a pass failed", faults)


def _recompute(context: ServiceContext) -> int:
    return recompute_dirty(context).keys
