"""The exception queue: read, replayed after a repair, or discarded with a reason."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.exceptions.queue import Closing, ExceptionState, close
from service.exceptions.reading import Selection, page
from service.exceptions.tables import ExceptionRow
from service.http.context import Context
from service.http.problems import Problem
from service.signals.replay import ReplayOrder, replay, replayable
from service.web.outcomes import Message, with_outcome
from service.web.queue import ROWS_PER_PAGE
from service.web.rendering import render
from service.web.visitor import Sender, Visitor, frame

router = APIRouter(include_in_schema=False)
_MENDED_FIELD = {
    "unknown_account": "account",
    "unknown_product": "product",
    "unknown_location": "location",
    "no_location": "location",
    "unknown_unit": "unit",
}
"""The field of the payload whose correction would settle an exception of this kind."""


@router.get("/exceptions")
def exceptions(
    context: Context,
    visitor: Visitor,
    state: ExceptionState = ExceptionState.OPEN,
    after: UUID | None = None,
) -> Response:
    """The exceptions of one state, in the order in which they were opened."""
    with context.database.read() as session:
        rows = page(session, Selection(state=state), after=after, limit=ROWS_PER_PAGE + 1)
        counts = session.execute(
            select(ExceptionRow.state, func.count()).group_by(ExceptionRow.state)
        ).all()
        more = len(rows) > ROWS_PER_PAGE
        return render(
            "exceptions.html",
            here="exceptions",
            frame=frame(session, context, visitor),
            state=str(state),
            counts={row[0]: row[1] for row in counts},
            rows=rows[:ROWS_PER_PAGE],
            after=after,
            next_key=rows[ROWS_PER_PAGE - 1].exception_id if more else None,
            message=None,
        )


@router.get("/exceptions/{exception_id}")
def exception(
    context: Context, visitor: Visitor, exception_id: UUID, replayed: str = ""
) -> Response:
    """One exception with its payload, and how to work it off."""
    with context.database.read() as session:
        row = _existing(session, exception_id)
        field = _MENDED_FIELD.get(row.kind, "")
        still = "It was tried again and still cannot be used; what is wrong now stands below."
        return render(
            "exception.html",
            here="exceptions",
            frame=frame(session, context, visitor),
            row=row,
            replays=replayable(row),
            field=field if field and row.subject_type == "demand_signal" else "",
            discards=visitor.person.role.discards,
            message=Message(still, "warn") if replayed and row.state == "open" else None,
        )


@router.post("/exceptions/{exception_id}/replay")
def replay_exception(
    context: Context,
    sender: Sender,
    exception_id: UUID,
    field: Annotated[str, Form(max_length=64)] = "",
    correction: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Try the exception again, with one field corrected if a correction is given."""
    mended = {field: correction.strip()} if correction.strip() else {}
    if mended and field not in _MENDED_FIELD.values():
        raise Problem(422, "field-unknown", "This field cannot be corrected here")
    with context.database.write() as session:
        row = _open(session, exception_id)
        if not replayable(row):
            raise Problem(409, "not-replayable", "There is nothing to replay", remedy=row.remedy)
        order = ReplayOrder(sender.person.login, mended)
        replayed = replay(session, [row], order, context.clock())[0]
    context.ring()
    shown = replayed.waits_as or exception_id
    return RedirectResponse(with_outcome(f"/exceptions/{shown}", replayed="yes"), 303)


@router.post("/exceptions/{exception_id}/discard")
def discard_exception(
    context: Context,
    sender: Sender,
    exception_id: UUID,
    reason: Annotated[str, Form(min_length=1, max_length=500)],
) -> Response:
    """Close the exception without effect; leads and admins only, since it cannot be undone."""
    if not sender.person.role.discards:
        raise Problem(
            403, "role-missing", "Planners do not discard exceptions", remedy="Ask a lead."
        )
    closing = Closing(ExceptionState.DISCARDED, sender.person.login, reason)
    with context.database.write() as session:
        _open(session, exception_id)
        close(session, [exception_id], closing, context.clock())
    return RedirectResponse(f"/exceptions/{exception_id}", 303)


def _existing(session: Session, exception_id: UUID) -> ExceptionRow:
    row = session.get(ExceptionRow, exception_id)
    if row is None:
        raise Problem(404, "unknown-exception", "There is no such exception")
    return row


def _open(session: Session, exception_id: UUID) -> ExceptionRow:
    row = _existing(session, exception_id)
    if row.state != ExceptionState.OPEN:
        raise Problem(
            409,
            "exception-closed",
            "The exception is closed already",
            remedy="Reload its page to see by whom and why.",
        )
    return row
