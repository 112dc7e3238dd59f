"""What of a proposal's approvals is told: nothing of those that did not last.

An approval by a person is kept back for its undo window. If within the window it was taken back,
nobody is told of it, nor of its being taken back. If only what was approved was changed, the
change is told as the approval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.work.tables import OutboxRow

APPROVED = "proposal.approved"
_CHANGED = "proposal.changed"


@dataclass(frozen=True)
class Told:
    """An event that is told, under the type as which it is told."""

    event: OutboxRow
    type: str


@dataclass(frozen=True)
class Sorted:
    """The events that are through, and those of them that are told."""

    through: Sequence[OutboxRow]
    told: Sequence[Told]


def sort_out(events: Sequence[OutboxRow], now: datetime) -> Sorted:
    """Sort out the ``events`` of one subject, in their order.

    The first that is not released yet keeps back itself and all that follow.
    """
    through: list[OutboxRow] = []
    told: list[Told] = []
    window_end: datetime | None = None  # of the approval that was told last, if it has a window
    for event in events:
        if event.release_not_before is not None and event.release_not_before > now:
            break
        through.append(event)
        if window_end is not None and event.occurred_at < window_end:
            told.pop()
            stands = event.type == _CHANGED and event.body.get("state") == "approved"
            if stands:
                told.append(Told(event, APPROVED))
                continue
            window_end = None
            if event.type == _CHANGED:
                continue
        window_end = event.release_not_before if event.type == APPROVED else None
        told.append(Told(event, event.type))
    return Sorted(through, told)
