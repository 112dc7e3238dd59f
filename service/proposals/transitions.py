"""The one way in which a proposal comes into being and changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.http.problems import Problem
from service.proposals.announcements import announcement
from service.proposals.offer import OFFER
from service.proposals.states import (
    ADOPTED_STATES,
    FIRST_STATES,
    Event,
    State,
    may_follow,
    possible_events,
)
from service.proposals.tables import ProposalEventRow, ProposalRow
from service.work.outbox import publish

POLICY = "policy"
"""The actor where no person and no system acted."""


@dataclass(frozen=True)
class Change:
    """What is to happen to a proposal, by whom and why.

    ``values`` are columns that get a new value with it; the history keeps old and new.
    ``details`` go into the history as they are: JSON values only.
    """

    event: Event
    to: State
    actor: str = POLICY
    reason: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


def create(session: Session, row: ProposalRow, reason: str | None, now: datetime) -> None:
    """Add a new proposal with the first line of its history."""
    if State(row.state) not in FIRST_STATES:
        raise ValueError(f"a proposal cannot begin as {row.state}")
    session.add(row)
    step = _Step(Change(Event.CREATED, State(row.state), POLICY, reason), None, {})
    _record(session, row, step, now)


def adopt(session: Session, row: ProposalRow, actor: str, reason: str, now: datetime) -> None:
    """Add what the ERP had taken up before we came, with the first line of its history."""
    if State(row.state) not in ADOPTED_STATES:
        raise ValueError(f"a requisition that is {row.state} cannot be adopted")
    session.add(row)
    step = _Step(Change(Event.ADOPTED, State(row.state), actor, reason), None, {})
    _record(session, row, step, now)


def transition(session: Session, row: ProposalRow, change: Change, now: datetime) -> None:
    """Make ``change`` within the caller's transaction, if the table of transitions allows it.

    Raises a 409 problem if not. The row's version is raised and compared when it is written;
    history and outbox are written with it.
    """
    before = State(row.state)
    if not may_follow(change.event, before, change.to):
        raise impossible(row, change.event)
    changed = {name: value for name, value in change.values.items() if getattr(row, name) != value}
    kept = {
        name: {"from": _json(getattr(row, name)), "to": _json(new)} for name, new in changed.items()
    }
    for name, value in changed.items():
        setattr(row, name, value)
    row.state = change.to.value
    row.row_version += 1
    row.revision += bool(OFFER & changed.keys())
    row.changed_at = now
    _record(session, row, _Step(change, before, kept), now)


def impossible(row: ProposalRow, event: Event) -> Problem:
    """The problem that ``event`` cannot happen to ``row`` as it is."""
    open_to = ", ".join(sorted(possible_events(State(row.state)))) or "nothing more"
    return Problem(
        409,
        "impossible-transition",
        f"A proposal that is {row.state} cannot be {event}",
        f"{row.external_ref} is {row.state}, version {row.row_version}. Nothing was changed.",
        remedy=f"Read it again. From here it can be: {open_to}.",
        state=row.state,
    )


def locked(session: Session, proposal_id: UUID) -> ProposalRow:
    """The proposal, read afresh and kept from other writers until the transaction ends."""
    row = session.scalar(
        select(ProposalRow)
        .where(ProposalRow.proposal_id == proposal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise unknown_proposal()
    return row


def unknown_proposal() -> Problem:
    """The problem that there is no such proposal."""
    return Problem(
        404,
        "unknown-proposal",
        "There is no such proposal",
        remedy="Check the reference; GET /v1/requisition-proposals lists them.",
    )


@dataclass(frozen=True)
class _Step:
    """A change that was made: from which state, and which columns it altered."""

    change: Change
    before: State | None
    altered: Mapping[str, Any]


def _record(session: Session, row: ProposalRow, step: _Step, now: datetime) -> None:
    change, before = step.change, step.before
    session.add(
        ProposalEventRow(
            proposal_id=row.proposal_id,
            event=change.event.value,
            from_state=before.value if before else None,
            to_state=change.to.value,
            revision=row.revision,
            actor=change.actor,
            reason=change.reason,
            details={**change.details, **({"changed": step.altered} if step.altered else {})},
            occurred_at=now,
        )
    )
    message = announcement(row, change.event, before, change.reason)
    if message is not None:
        publish(session, message, now)


def _json(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):  # a datetime is a date, too
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
