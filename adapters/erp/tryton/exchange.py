"""The outside system behind a Tryton server."""

from collections.abc import Callable
from datetime import datetime

from adapters.erp.tryton.rpc import Rpc
from adapters.erp.tryton.settings import TrytonSettings
from adapters.ports import Capabilities, OutsideSystem

MAX_BATCH = 200


def open_tryton(settings: TrytonSettings, now: Callable[[], datetime]) -> OutsideSystem:  # noqa: ARG001  dates what has no stamp of its own
    """The system behind the server; ``now`` dates what Tryton gives no stamp to."""
    rpc = Rpc(settings)
    return OutsideSystem(
        Capabilities(
            idempotency=settings.idempotency,
            max_batch=MAX_BATCH,
            cursor_precision=settings.overlap,
            echo_filter=True,
        ),
        close=rpc.close,
    )
