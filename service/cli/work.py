"""replenish work: the process that recomputes, or several of it."""

import logging
import signal
import time
from typing import Annotated

import typer

from service.bootstrap import opened
from service.settings import Settings
from service.worker.loop import work as work_loop
from service.worker.process import StopSignal, WorkerProcess

_LOOK_AROUND_SECONDS = 0.2


def work(
    *,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="processes on this machine; several need Redis")
    ] = 1,
    child: Annotated[
        bool, typer.Option(hidden=True, help="end when the process that started this one ends")
    ] = False,
) -> None:
    """Recompute whatever is dirty until told to stop; `replenish serve` starts one by itself."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(levelname)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # else it notes each call that succeeds
    stopped = StopSignal(child=child)
    signal.signal(signal.SIGTERM, stopped.ask)
    # Ctrl-C reaches the whole process group; a child leaves it to its parent to say stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN if child else stopped.ask)
    if workers > 1:
        _work_with(workers, stopped)
        return
    with opened() as context:
        work_loop(context, stopped)


def _work_with(workers: int, stopped: StopSignal) -> None:
    """Keep so many processes running until told to stop."""
    settings = Settings()
    if not settings.redis_url:
        raise typer.BadParameter(
            "several workers share out the work over Redis: set REPLENISH_REDIS_URL",
            param_hint="--workers",
        )
    processes = [WorkerProcess(settings) for _ in range(workers)]
    for process in processes:
        process.start()
    while not stopped():
        time.sleep(_LOOK_AROUND_SECONDS)
    for process in processes:
        process.ask_to_stop()
    for process in processes:
        process.stop()
