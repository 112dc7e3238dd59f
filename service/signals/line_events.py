"""What outside systems are told of an opportunity line: how it counts here."""

from uuid import UUID

from service.feeds.code_names import name_of
from service.signals.mapping import MappedSignal
from service.work.outbox import Event

ACCEPTED = "demand-signal.accepted"
"""A new version of the line counts."""
REMAPPED = "demand-signal.remapped"
"""The same version counts elsewhere, or for another account: what its codes mean has changed."""


def line_event(type_: str, mapped: MappedSignal, signal_id: UUID | None) -> Event:
    """The event about a line as it is mapped now."""
    body = {
        "signal_id": str(signal_id),
        "account_id": mapped.account_id,
        "item_id": mapped.item_id,
        "quantity": str(mapped.quantity),
        "location_rule": mapped.location_rule,
        "allocations": {place: str(part) for place, part in mapped.allocations.items()},
        "signal": mapped.signal.model_dump(mode="json"),
    }
    return Event(type_, name_of(*mapped.line), body)
