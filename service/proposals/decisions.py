"""What every decision of a person has in common: who, on which version, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.access.people import Role
from service.http.problems import Problem
from service.proposals.states import AMENDABLE, Event, State
from service.proposals.subject import about_the_same, keys_of_proposal
from service.proposals.supplier_orders import line_with_minimum
from service.proposals.tables import ProposalRow
from service.proposals.transitions import Change, locked, transition, unknown_proposal
from service.work import dirty_keys
from service.work.business_date import business_date, start_of_planning_day

UNDO_WINDOW = timedelta(seconds=8)


def release_of(session: Session, row: ProposalRow, now: datetime) -> datetime:
    """When the ERP may be offered what a person approves now.

    Once the undo window is over, and not before the day on which it is to be ordered.
    """
    undone = now + UNDO_WINDOW
    if row.order_date <= business_date(session, now):
        return undone
    return max(undone, start_of_planning_day(session, row.order_date, now))


"""How long an approval by a person is kept back from the ERP, so that it can be taken back."""

_LONGEST_REASON = 1000


@dataclass(frozen=True)
class Edit:
    """A decision about the proposal in the version that the actor saw.

    ``actor`` is a person's login, or ``system:<name>`` for one that decides over the API.
    """

    proposal_id: UUID
    expected_version: int
    actor: str
    reason: str | None
    role: Role = Role.PLANNER


@dataclass(frozen=True)
class Decided:
    """The proposal after a decision, and what the planner should know about it."""

    proposal: ProposalRow
    warnings: tuple[str, ...] = ()


def opened(session: Session, edit: Edit) -> ProposalRow:
    """The proposal, locked, in the version the actor saw; a 403, 404 or 412 problem otherwise."""
    check_role(edit)
    row = locked(session, edit.proposal_id)
    if row.row_version != edit.expected_version:
        raise Problem(
            412,
            "version-moved",
            "The proposal changed meanwhile",
            f"You saw version {edit.expected_version}, now it is {row.row_version}. "
            "Nothing was changed.",
            remedy="Look at it again and decide anew.",
            row_version=row.row_version,
        )
    return row


def opened_to_plan_anew(session: Session, edit: Edit, now: datetime) -> ProposalRow:
    """As ``opened``, with its keys marked dirty: the next plan looks at the proposal again.

    The mark comes first: keys are locked before proposals, here as in the recompute.
    """
    check_role(edit)
    keys = keys_of_proposal(session, ProposalRow.proposal_id == edit.proposal_id)
    if keys is None:
        raise unknown_proposal()
    dirty_keys.mark(session, keys, "planner", now)
    return opened(session, edit)


def opened_in_supplier_order(session: Session, edit: Edit, now: datetime) -> ProposalRow:
    """As ``opened``; where the supplier sets a minimum, the order is looked at again.

    Other lines of the order may be decided otherwise once this one is worth more or less.
    """
    check_role(edit)
    key = line_with_minimum(session, edit.proposal_id)
    if key is not None:
        dirty_keys.mark(session, [key], "planner", now)
    return opened(session, edit)


def opened_to_leave(session: Session, edit: Edit, now: datetime) -> ProposalRow:
    """As ``opened``, with what the decision leaves behind marked to be planned anew.

    The next plan sends the need of a transfer elsewhere, and looks at the rest of a supplier
    order again.
    """
    if is_transfer(session, edit):
        return opened_to_plan_anew(session, edit, now)
    return opened_in_supplier_order(session, edit, now)


def is_transfer(session: Session, edit: Edit) -> bool:
    """Whether the decision is about a transfer: the kind of a proposal never changes."""
    kind = select(ProposalRow.kind).where(ProposalRow.proposal_id == edit.proposal_id)
    return session.scalar(kind) == ProposalKind.TRANSFER


def check_role(edit: Edit) -> None:
    """Who may decide. Limits by value and a second pair of eyes belong here, too."""
    if not edit.role.decides:
        raise Problem(
            403,
            "role-missing",
            f"The role {edit.role} does not decide on orders",
            "Nothing was changed.",
            remedy="Ask a planner or a lead.",
        )


def decide(
    session: Session,
    row: ProposalRow,
    edit: Edit,
    step: tuple[Event, State, dict[str, Any]],
    now: datetime,
) -> Decided:
    """Make the transition ``step`` (event, state after, new columns) as decided in ``edit``.

    The history keeps on which recommendation the person decided.
    """
    event, to, values = step
    reason = given_reason(edit)
    details = {"role": edit.role.value, "recommendation_id": str(row.recommendation_id)}
    transition(session, row, Change(event, to, edit.actor, reason, values, details), now)
    try:
        session.flush()
    except IntegrityError as error:  # a recompute proposed for the same key at this very moment
        raise _another_is_open("Another proposal") from error
    return Decided(row)


def given_reason(edit: Edit) -> str | None:
    """The reason without blanks around it; None if there is none."""
    reason = (edit.reason or "").strip()
    if len(reason) > _LONGEST_REASON:
        raise Problem(
            422,
            "reason-too-long",
            f"A reason has at most {_LONGEST_REASON} characters",
            remedy="Shorten it.",
        )
    return reason or None


def required_reason(edit: Edit, why: str) -> str:
    """The reason; a 422 problem that says ``why`` one is needed if there is none."""
    reason = given_reason(edit)
    if reason is None:
        raise Problem(422, "reason-missing", "A reason is needed", why, remedy="Write one.")
    return reason


def must_be_only_open(session: Session, row: ProposalRow) -> None:
    """A 409 problem if the item and location have another open proposal."""
    other = session.scalar(
        select(ProposalRow.external_ref).where(
            about_the_same(row),
            ProposalRow.state.in_([state.value for state in AMENDABLE]),
            ProposalRow.proposal_id != row.proposal_id,
        )
    )
    if other is not None:
        raise _another_is_open(other)


def _another_is_open(other: str) -> Problem:
    return Problem(
        409,
        "another-is-open",
        f"{other} is open for the same item and location",
        "Two open proposals would order the need twice. Nothing was changed.",
        remedy="Decide on that one instead.",
    )
