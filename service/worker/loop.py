"""The worker's life: wait for the bell, do what the database says, sweep now and then."""

import logging
import time
from collections.abc import Callable

from service.context import ServiceContext
from service.forecasts.baselines import fit_dirty
from service.outlook.refresh import refresh_outlooks
from service.replenishment.recompute import recompute_dirty
from service.work.doorbell import Listener
from service.worker.sweep import sweep

_LOG = logging.getLogger(__name__)
_REST_AFTER_FAILURE_SECONDS = 2.0


def work(context: ServiceContext, stopped: Callable[[], bool]) -> None:
    """Run passes until ``stopped`` says so; it is asked at least once per sweep interval."""
    listener = Listener(context.settings.data_dir)
    swept_at = float("-inf")
    try:
        while not stopped():
            try:
                if time.monotonic() - swept_at >= context.settings.sweep_seconds:
                    sweep(context)
                    swept_at = time.monotonic()
                busy = drain(context)
            except Exception:  # noqa: BLE001  a worker outlives whatever a pass throws at it
                # Whatever failed is still written down as undone: rest, then try again.
                _LOG.exception("a pass failed; its keys stay dirty")
                time.sleep(_REST_AFTER_FAILURE_SECONDS)
                continue
            if not busy:
                listener.wait(context.settings.sweep_seconds)
    finally:
        listener.close()


def drain(context: ServiceContext) -> bool:
    """One fit, one recompute, one refresh of outlooks; True if there was anything to do.

    A fit that fails does not keep the keys from being recomputed that need none.
    """
    fitted = 0
    try:
        fitted = fit_dirty(context)
    finally:
        recomputed = recompute_dirty(context)
    refreshed = refresh_outlooks(context)
    return bool(fitted or recomputed.keys or refreshed)
