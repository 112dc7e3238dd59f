"""Reading proposals: a list in pages, and one with its history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from adapters.canonical.calendar import in_utc
from service.http.problems import Problem
from service.proposals.documents import described_history, described_proposal
from service.proposals.tables import ProposalEventRow, ProposalRow
from service.proposals.transitions import unknown_proposal

LARGEST_PAGE = 200


@dataclass(frozen=True)
class ListFilter:
    """Which proposals are listed; None means all. ``changed_since`` itself is included."""

    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    item: str | None = None
    location: str | None = None
    changed_since: datetime | None = None


def list_proposals(
    session: Session, wanted: ListFilter, after: str | None, limit: int
) -> dict[str, Any]:
    """A page, longest unchanged first, and the cursor of the next; None where it is the last.

    A proposal that changes while somebody pages moves to the end: it is seen late or twice,
    never missed.
    """
    statement = _filtered(wanted).order_by(ProposalRow.changed_at, ProposalRow.proposal_id)
    if after is not None:
        statement = _after(statement, after)
    rows = session.scalars(statement.limit(limit + 1)).all()
    page = rows[:limit]
    more = len(rows) > limit
    return {
        "proposals": [described_proposal(row) for row in page],
        "next": _cursor(page[-1]) if more else None,
    }


def proposal_by_ref(session: Session, external_ref: str) -> ProposalRow:
    """The proposal; a 404 problem if there is none."""
    row = session.scalar(select(ProposalRow).where(ProposalRow.external_ref == external_ref))
    if row is None:
        raise unknown_proposal()
    return row


def with_history(session: Session, row: ProposalRow) -> dict[str, Any]:
    """The proposal and all that happened to it, oldest first."""
    events = session.scalars(
        select(ProposalEventRow)
        .where(ProposalEventRow.proposal_id == row.proposal_id)
        .order_by(ProposalEventRow.occurred_at, ProposalEventRow.event_id)
    ).all()
    return {**described_proposal(row), "history": described_history(events)}


def _filtered(wanted: ListFilter) -> Select[ProposalRow]:
    statement = select(ProposalRow)
    if wanted.states:
        statement = statement.where(ProposalRow.state.in_(wanted.states))
    if wanted.kinds:
        statement = statement.where(ProposalRow.kind.in_(wanted.kinds))
    if wanted.item is not None:
        statement = statement.where(ProposalRow.item_id == wanted.item)
    if wanted.location is not None:
        statement = statement.where(ProposalRow.location_id == wanted.location)
    if wanted.changed_since is not None:
        statement = statement.where(ProposalRow.changed_at >= wanted.changed_since)
    return statement


def _cursor(row: ProposalRow) -> str:
    return f"{row.changed_at.isoformat().replace('+00:00', 'Z')}~{row.proposal_id.hex}"


def _after(statement: Select[ProposalRow], cursor: str) -> Select[ProposalRow]:
    moment, _, proposal_id = cursor.partition("~")
    try:
        changed_at, last_id = in_utc(datetime.fromisoformat(moment)), UUID(proposal_id)
    except (ValueError, TypeError) as unreadable:  # TypeError: a moment without an offset
        raise Problem(
            422,
            "cursor-unreadable",
            "The cursor is none of ours",
            remedy="Pass the value of 'next' as it stands, or leave 'after' out.",
        ) from unreadable
    return statement.where(
        or_(
            ProposalRow.changed_at > changed_at,
            and_(ProposalRow.changed_at == changed_at, ProposalRow.proposal_id > last_id),
        )
    )
