"""The outside system behind an HTTP interface."""

from collections.abc import Callable
from datetime import datetime

from adapters.http_json.caller import Caller
from adapters.http_json.pages import Pages
from adapters.http_json.requisitions import Requisitions
from adapters.http_json.settings import HttpSettings
from adapters.http_json.tellings import Tellings
from adapters.http_json.webhooks import Webhooks
from adapters.ports import Capabilities, OutsideSystem

MAX_BATCH = 200


def open_http(settings: HttpSettings, now: Callable[[], datetime]) -> OutsideSystem:
    """The system behind these addresses; ``now`` dates the signatures of events."""
    caller = Caller(settings, now)
    tellings = Tellings(caller)
    return OutsideSystem(
        Capabilities(
            idempotency=settings.idempotency,
            requires_supplier=settings.requires_supplier,
            max_batch=MAX_BATCH,
            write_forecast=True,
            events=settings.webhook_url is not None,
            current_when_quiet=True,
        ),
        source=Pages(caller) if settings.reads else None,
        events=Webhooks(caller, settings.webhook_url) if settings.webhook_url else None,
        crm=tellings,
        erp=Requisitions(caller),
        planning=tellings,
        close=caller.close,
    )
