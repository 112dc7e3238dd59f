"""Putting an open proposal before a person, whatever the policy says about it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from service.proposals.states import Event, State
from service.proposals.tables import ProposalRow
from service.proposals.transitions import Change, transition

_NO_VALUES: Mapping[str, Any] = MappingProxyType({})


def send_to_review(
    session: Session,
    row: ProposalRow,
    why: str,
    now: datetime,
    values: Mapping[str, Any] = _NO_VALUES,
) -> bool:
    """Put an open proposal to review; one that is put off stays so, and will say why then.

    ``values`` are columns that change with it. Returns False, and records nothing, where all of
    this is so already.
    """
    to = State.SNOOZED if row.state == State.SNOOZED else State.IN_REVIEW
    event = Event.AMENDED if row.state == to else Event.SENT_TO_REVIEW
    changed = {"review_reason": why, "approved_by": None, "release_not_before": None, **values}
    if row.state == to and all(getattr(row, name) == new for name, new in changed.items()):
        return False
    transition(session, row, Change(event, to, reason=why, values=changed), now)
    return True
