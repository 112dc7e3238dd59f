"""The outside system behind an HTTP interface."""

from collections.abc import Callable
from datetime import datetime

from adapters.http_json.settings import HttpSettings
from adapters.ports import Capabilities, OutsideSystem


def open_http(
    settings: HttpSettings,
    now: Callable[[], datetime],  # noqa: ARG001  ports follow
) -> OutsideSystem:
    """The system behind these addresses; ``now`` dates the signatures of events."""
    return OutsideSystem(
        Capabilities(
            idempotency=settings.idempotency,
            requires_supplier=settings.requires_supplier,
            max_batch=200,
            write_forecast=True,
            events=settings.webhook_url is not None,
        )
    )
