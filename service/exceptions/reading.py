"""The exception queue as people and systems read it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.exceptions.queue import ExceptionState
from service.exceptions.tables import ExceptionRow


@dataclass(frozen=True)
class Selection:
    """Which exceptions are wanted; None leaves it open."""

    state: ExceptionState | None = ExceptionState.OPEN
    kind: str | None = None
    subject_type: str | None = None


def page(
    session: Session, selection: Selection, *, after: UUID | None, limit: int
) -> list[ExceptionRow]:
    """The next exceptions after ``after`` in the order in which they were opened."""
    rows = select(ExceptionRow).order_by(ExceptionRow.exception_id).limit(limit)
    for column, wanted in (
        (ExceptionRow.state, selection.state),
        (ExceptionRow.kind, selection.kind),
        (ExceptionRow.subject_type, selection.subject_type),
    ):
        if wanted is not None:
            rows = rows.where(column == wanted)
    if after is not None:
        rows = rows.where(ExceptionRow.exception_id > after)
    return list(session.scalars(rows))


def shown(row: ExceptionRow) -> dict[str, Any]:
    """An exception as JSON values."""
    return {
        "exception_id": str(row.exception_id),
        "kind": row.kind,
        "subject_type": row.subject_type,
        "system": row.system,
        "subject_key": row.subject_key,
        "payload": row.payload,
        "detail": row.detail,
        "remedy": row.remedy,
        "state": row.state,
        "opened_at": row.opened_at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "closed_by": row.closed_by,
        "note": row.note,
    }
