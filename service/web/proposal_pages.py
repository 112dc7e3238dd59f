"""The page of a proposal, and what a planner does there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.sessions import LoggedIn
from service.http.context import Context
from service.http.problems import TYPE_PREFIX, Problem
from service.proposals import planner
from service.proposals.planner import Edit
from service.web.form_fields import Address, PlainText, Reason, typed_day, typed_quantity
from service.web.outcomes import Message, message_of, with_outcome
from service.web.proposal_view import NOTHING_TYPED, Typed, proposal_by_ref, proposal_values
from service.web.queue import QueueFilter, neighbours
from service.web.rendering import render
from service.web.terms import proposal_address
from service.web.visitor import Decider, Visitor, frame

router = APIRouter(include_in_schema=False)
Act = Callable[[Session, Edit], object]


@dataclass(frozen=True)
class SentForm:
    """What every action's form carries."""

    version: Annotated[int, Form(ge=1, lt=2**53)]
    reason: Reason = ""
    queue: Address = ""

    @property
    def filter(self) -> QueueFilter:
        """The queue that the planner works through."""
        return QueueFilter.from_query(dict(parse_qsl(self.queue.lstrip("?"))))


Sent = Annotated[SentForm, Depends()]


@dataclass(frozen=True)
class Submission:
    """An action on a proposal, as asked for."""

    external_ref: str
    sent: SentForm
    done: str
    typed: Typed = NOTHING_TYPED
    moves_on: bool = False
    """Whether the planner goes on to the next proposal of the queue."""


@router.get("/proposals/{external_ref}")
def proposal_page(
    request: Request, context: Context, visitor: Visitor, external_ref: str
) -> Response:
    """Why this quantity, and what to do about it."""
    wanted = QueueFilter.from_query(request.query_params)
    with context.database.read() as session:
        proposal = proposal_by_ref(session, external_ref)
        values = proposal_values(session, proposal, frame(session, context, visitor), wanted)
        values["message"] = message_of(session, request.query_params, visitor.person)
        values["override_done"] = request.query_params.get("override", "")
        return render("proposal.html", **values)


@dataclass(frozen=True)
class Desk:
    """Where an action is carried out: the running service and the person who may decide."""

    context: Context
    visitor: Visitor
    person: Decider

    def carry_out(self, submission: Submission, act: Act) -> Response:
        """Do it in one transaction and go on; a refusal shows the page as it now is."""
        try:
            address = self._done(submission, act)
        except Problem as problem:
            if problem.status not in _EXPLAINED:
                raise
            return self._refused(submission, problem)
        self.context.ring()
        return RedirectResponse(address, 303)

    def _done(self, submission: Submission, act: Act) -> str:
        with self.context.database.write() as session:
            proposal = proposal_by_ref(session, submission.external_ref)
            following = neighbours(session, submission.sent.filter, proposal)[1]
            reason = submission.sent.reason.strip() or None
            version = submission.sent.version
            person = self.person
            act(session, Edit(proposal.proposal_id, version, person.login, reason, person.role))
        target = submission.external_ref
        if submission.moves_on:
            target = following
        address = proposal_address(target) if target else "/queue"
        said = {"done": submission.done, "ref": submission.external_ref}
        return with_outcome(address + submission.sent.filter.address(after=""), **said)

    def _refused(self, submission: Submission, problem: Problem) -> Response:
        visitor: LoggedIn = self.visitor
        with self.context.database.read() as session:
            proposal = proposal_by_ref(session, submission.external_ref)
            around = frame(session, self.context, visitor)
            values = proposal_values(session, proposal, around, submission.sent.filter)
            values["message"] = Message(_told(problem), "bad")
            wrong = _FIELDS.get(str(problem.body["type"]).removeprefix(TYPE_PREFIX), "")
            values["typed"] = replace(submission.typed, wrong=wrong)
            return render("proposal.html", status=problem.status, **values)


AtDesk = Annotated[Desk, Depends()]
_EXPLAINED = {409, 412, 422}
_FIELDS = {
    "reason-missing": "reason",
    "reason-too-long": "reason",
    "quantity-unreadable": "quantity",
    "quantity-impossible": "quantity",
    "day-unreadable": "until",
    "day-out-of-range": "until",
}
"""The field that a problem is about, by the problem's type."""


def _told(problem: Problem) -> str:
    if problem.status == 412:  # noqa: PLR2004  RFC 9110: precondition failed
        return (
            "Changed by someone else while you were looking: nothing was done. "
            "What you see now is up to date; decide again."
        )
    said = [str(problem.body[part]) for part in ("title", "detail", "remedy")]
    return " ".join(part if part.endswith(".") else f"{part}." for part in said if part)


@router.post("/proposals/{external_ref}/approve")
def approve(desk: AtDesk, external_ref: str, sent: Sent) -> Response:
    """Approve what is shown."""
    submission = Submission(external_ref, sent, "approved", moves_on=True)
    now = desk.context.clock()
    return desk.carry_out(submission, lambda session, edit: planner.approve(session, edit, now))


@router.post("/proposals/{external_ref}/change")
def change(
    desk: AtDesk,
    external_ref: str,
    sent: Sent,
    quantity: Annotated[PlainText, Form(max_length=40)] = "",
) -> Response:
    """Set another quantity; it survives re-planning until withdrawn."""
    typed = Typed("change", quantity=quantity, reason=sent.reason)
    submission = Submission(external_ref, sent, "changed", typed)
    now = desk.context.clock()
    return desk.carry_out(
        submission,
        lambda session, edit: planner.change_quantity(session, edit, typed_quantity(quantity), now),
    )


@router.post("/proposals/{external_ref}/reject")
def reject(desk: AtDesk, external_ref: str, sent: Sent) -> Response:
    """Reject it with a reason."""
    typed = Typed("reject", reason=sent.reason)
    submission = Submission(external_ref, sent, "rejected", typed, moves_on=True)
    now = desk.context.clock()
    return desk.carry_out(submission, lambda session, edit: planner.reject(session, edit, now))


@router.post("/proposals/{external_ref}/snooze")
def snooze(
    desk: AtDesk,
    external_ref: str,
    sent: Sent,
    until: Annotated[PlainText, Form(max_length=40)] = "",
) -> Response:
    """Put it aside until a day."""
    typed = Typed("snooze", reason=sent.reason, until=until)
    submission = Submission(external_ref, sent, "snoozed", typed, moves_on=True)
    now = desk.context.clock()
    return desk.carry_out(
        submission, lambda session, edit: planner.snooze(session, edit, typed_day(until), now)
    )


@router.post("/proposals/{external_ref}/withdraw")
def withdraw(desk: AtDesk, external_ref: str, sent: Sent) -> Response:
    """Follow the plan again."""
    submission = Submission(external_ref, sent, "withdrawn")
    now = desk.context.clock()
    return desk.carry_out(
        submission, lambda session, edit: planner.withdraw_edit(session, edit, now)
    )


@router.post("/proposals/{external_ref}/reopen")
def reopen(desk: AtDesk, external_ref: str, sent: Sent) -> Response:
    """Put it back to review, where only a person approves it."""
    submission = Submission(external_ref, sent, "reopened")
    now = desk.context.clock()
    return desk.carry_out(submission, lambda session, edit: planner.reopen(session, edit, now))


@router.post("/proposals/{external_ref}/undo")
def undo(desk: AtDesk, external_ref: str, sent: Sent) -> Response:
    """Take the last decision back: everything is as before it."""
    submission = Submission(external_ref, sent, "undone")
    now = desk.context.clock()
    return desk.carry_out(submission, lambda session, edit: planner.undo(session, edit, now))
