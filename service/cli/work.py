"""replenish work: the process that recomputes."""

import logging
import signal
from typing import Annotated

import typer

from service.bootstrap import opened
from service.worker.loop import work as work_loop
from service.worker.process import StopSignal


def work(
    *,
    child: Annotated[
        bool, typer.Option(hidden=True, help="end when the process that started this one ends")
    ] = False,
) -> None:
    """Recompute whatever is dirty until told to stop; `replenish serve` starts one by itself."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(levelname)s %(message)s")
    stopped = StopSignal(child=child)
    signal.signal(signal.SIGTERM, stopped.ask)
    # Ctrl-C reaches the whole process group; a child leaves it to its parent to say stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN if child else stopped.ask)
    with opened() as context:
        work_loop(context, stopped)
