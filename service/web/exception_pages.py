"""The exception queue: read, replayed after a repair, or discarded with a reason."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.exceptions.queue import Closing, ExceptionState, close
from service.exceptions.reading import Selection, page
from service.exceptions.tables import ExceptionRow
from service.http.context import Context
from service.http.problems import Problem
from service.signals.replay import Replayed, ReplayOrder, replay, replayable
from service.signals.results import Outcome
from service.web.exception_remedies import CORRECTABLE, field_to_correct, remedy_for_planner
from service.web.form_fields import PlainText, Reason
from service.web.outcomes import Message, with_outcome
from service.web.queue import ROWS_PER_PAGE
from service.web.rendering import render
from service.web.visitor import Sender, Visitor, frame
from service.work import deliveries

router = APIRouter(include_in_schema=False)
Correction = Annotated[PlainText, Form(max_length=64)]


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


@dataclass(frozen=True)
class Bench:
    """Where an exception is worked off: the running service and the person who asks."""

    context: Context
    visitor: Visitor

    def show(
        self,
        exception_id: UUID,
        *,
        told: Message | None = None,
        correction: str = "",
        status: int = 200,
    ) -> Response:
        """The exception's page, with what was typed into it."""
        with self.context.database.read() as session:
            row = _existing(session, exception_id)
            return render(
                "exception.html",
                status=status,
                here="exceptions",
                frame=frame(session, self.context, self.visitor),
                row=row,
                replays=replayable(row, self.context.take_again),
                field=field_to_correct(row),
                remedy=remedy_for_planner(row),
                discards=self.visitor.person.role.discards,
                correction=correction,
                reason_missing=told is _REASON_MISSING,
                message=told,
            )

    def after_replay(self, exception_id: UUID) -> Message | None:
        """What the last replay came to, as the exception is now."""
        with self.context.database.read() as session:
            row = _existing(session, exception_id)
        if row.state == ExceptionState.OPEN:
            text = f"It was tried again and still cannot be used. {row.detail}"
            return Message(text, "warn")
        if row.state != ExceptionState.REPLAYED:
            return None
        if (row.note or "").partition(";")[0] in _OVERTAKEN:
            return Message("Closed: something newer had come in before, and that is in use.")
        if row.subject_type == deliveries.SUBJECT_TYPE:
            return Message("It is told again. If the system says no once more, it is back here.")
        return Message("Replayed: what came in is in use now. This exception is closed.")


AtBench = Annotated[Bench, Depends()]
_OVERTAKEN = {"stale", "duplicate", "unchanged"}
_REASON_MISSING = Message("A reason is needed: whoever looks later wants to know why.", "bad")


@router.get("/exceptions/{exception_id}")
def exception(bench: AtBench, exception_id: UUID, replayed: str = "") -> Response:
    """One exception with its payload, and how to work it off."""
    told = bench.after_replay(exception_id) if replayed else None
    return bench.show(exception_id, told=told)


@router.post("/exceptions/{exception_id}/replay")
def replay_exception(
    bench: AtBench,
    sender: Sender,
    exception_id: UUID,
    field: Correction = "",
    correction: Correction = "",
) -> Response:
    """Try the exception again, with one field corrected if a correction is given."""
    mended = {field: correction.strip()} if correction.strip() else {}
    if mended and field not in CORRECTABLE:
        raise Problem(422, "field-unknown", "This field cannot be corrected here")
    context = bench.context
    with context.database.write() as session:
        row = _open(session, exception_id)
        if not replayable(row, context.take_again):
            raise Problem(409, "not-replayable", "There is nothing to replay", remedy=row.remedy)
        order = ReplayOrder(sender.person.login, mended)
        done = replay(session, [row], order, context.clock(), context.take_again)[0]
    context.ring()
    if done.result == Outcome.REJECTED:
        told = _refused(done, correction)
        return bench.show(exception_id, told=told, correction=correction, status=422)
    shown = done.waits_as or exception_id
    return RedirectResponse(with_outcome(f"/exceptions/{shown}", replayed="yes"), 303)


@router.post("/exceptions/{exception_id}/discard")
def discard_exception(
    bench: AtBench, sender: Sender, exception_id: UUID, reason: Reason = ""
) -> Response:
    """Close the exception without effect; leads and admins only, since it cannot be undone."""
    if not sender.person.role.discards:
        raise Problem(
            403, "role-missing", "Planners do not discard exceptions", remedy="Ask a lead."
        )
    if not reason.strip():
        return bench.show(exception_id, told=_REASON_MISSING, status=422)
    closing = Closing(ExceptionState.DISCARDED, sender.person.login, reason.strip())
    with bench.context.database.write() as session:
        _open(session, exception_id)
        close(session, [exception_id], closing, bench.context.clock())
    return RedirectResponse(f"/exceptions/{exception_id}", 303)


def _refused(done: Replayed, correction: str) -> Message:
    """Why a correction was refused; nothing was changed by it."""
    problem = done.problem or {}
    errors = [str(error["detail"]) for error in problem.get("errors", ())]
    found = errors or [str(problem.get("detail") or problem.get("title") or "")]
    tried = f"'{correction.strip()}' was refused" if correction.strip() else "It was refused"
    return Message(f"{tried}: {'; '.join(found)}. Nothing was changed.", "bad")


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
