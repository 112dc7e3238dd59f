"""The approval queue and its bulk approval."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.go_live.data_age import late_data
from service.http.context import Context
from service.http.problems import Problem
from service.proposals.planner import Decided, Edit, approve, undo
from service.proposals.tables import ProposalRow
from service.web.form_fields import Address, PlainText, counted
from service.web.log_in import own_address
from service.web.outcomes import message_of, told_left, with_outcome
from service.web.possible_actions import can_be_approved
from service.web.queue import QueueFilter, queue_page
from service.web.queue_counts import (
    counts_by_state,
    kinds_in_use,
    locations_in_use,
    rules_in_use,
    waiting,
)
from service.web.rendering import render
from service.web.visitor import Decider, Visitor, frame

router = APIRouter(include_in_schema=False)
Picks = Annotated[tuple[PlainText, ...], Form(max_length=500)]
Act = Callable[[Session, Edit, datetime], Decided]
_CHANGED_MEANWHILE = 412


@router.get("/queue")
def queue(request: Request, context: Context, visitor: Visitor) -> Response:
    """The proposals, fifty a page."""
    wanted = QueueFilter.from_query(request.query_params)
    decides = visitor.person.role.decides
    with context.database.read() as session:
        around = frame(session, context, visitor)
        rows, next_key = queue_page(session, wanted)
        return render(
            "queue.html",
            here="queue",
            frame=around,
            filter=wanted,
            rows=rows,
            next_key=next_key,
            decides=decides,
            approvable=lambda proposal: decides and can_be_approved(proposal),
            counts=counts_by_state(session),
            waiting=waiting(session, around.today),
            kinds=kinds_in_use(session),
            late=late_data(session, context.clock()),
            locations=locations_in_use(session),
            rules=rules_in_use(session, wanted.state),
            message=message_of(session, request.query_params, visitor.person),
        )


@dataclass
class _Batch:
    """What became of the picked rows: references by outcome."""

    done: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PickedRows:
    """The rows that a planner picked, and the page to go back to."""

    context: Context
    person: Decider
    pick: Picks = ()
    back: Address = "/queue"

    def carry_out(self, act: Act, name: str) -> Response:
        """Do ``act`` to each row in the version the planner saw; the others stay as they are."""
        now = self.context.clock()
        with self.context.database.write() as session:
            batch = self._each(session, act, now)
        self.context.ring()
        said: dict[str, str | int] = {name: len(batch.done), "at": now.isoformat()}
        left = told_left(batch.moved, batch.refused)
        return RedirectResponse(with_outcome(own_address(self.back), **said, **left), 303)

    def _each(self, session: Session, act: Act, now: datetime) -> _Batch:
        versions = _versions(self.pick)
        # In one order, so that two planners' batches do not wait for each other crosswise.
        proposals = session.execute(
            select(ProposalRow.external_ref, ProposalRow.proposal_id)
            .where(ProposalRow.external_ref.in_(versions))
            .order_by(ProposalRow.proposal_id)
        ).all()
        batch = _Batch()
        for ref, proposal_id in proposals:
            edit = Edit(proposal_id, versions[ref], self.person.login, None, self.person.role)
            try:
                with session.begin_nested():
                    act(session, edit, now)
                batch.done.append(ref)
            except Problem as problem:
                moved = problem.status == _CHANGED_MEANWHILE
                (batch.moved if moved else batch.refused).append(ref)
        return batch


AtQueue = Annotated[PickedRows, Depends()]


@router.post("/queue/approvals")
def approve_picked(picked: AtQueue) -> Response:
    """Approve each picked row."""
    return picked.carry_out(approve, "bulk")


@router.post("/queue/approvals/undo")
def undo_picked(picked: AtQueue) -> Response:
    """Take a batch of approvals back, as far as nothing has come of them."""
    return picked.carry_out(undo, "bulk_undone")


def _versions(picks: Sequence[str]) -> Mapping[str, int]:
    pairs = (pick.rpartition(":") for pick in picks)
    return {ref: counted(version) for ref, _, version in pairs if counted(version)}
