"""The approval queue and its bulk approval."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.people import Person
from service.http.context import Context
from service.http.problems import Problem
from service.proposals.planner import Edit, approve
from service.proposals.tables import ProposalRow
from service.web.log_in import own_address
from service.web.outcomes import message_of, with_outcome
from service.web.possible_actions import can_be_approved
from service.web.queue import QueueFilter, queue_page
from service.web.queue_counts import counts_by_state, locations_in_use, rules_in_use, waiting
from service.web.rendering import render
from service.web.visitor import Decider, Visitor, frame

router = APIRouter(include_in_schema=False)
Picks = Annotated[list[str], Form(max_length=500)]


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
            locations=locations_in_use(session),
            rules=rules_in_use(session, wanted.state),
            message=message_of(session, request.query_params, decides=decides),
        )


@router.post("/queue/approvals")
def approve_picked(
    context: Context,
    person: Decider,
    pick: Picks = [],  # noqa: B006  FastAPI copies it
    back: Annotated[str, Form(max_length=2000)] = "/queue",
) -> Response:
    """Approve each picked row in the version the planner saw; the others stay as they are."""
    with context.database.write() as session:
        outcomes = Counter(_approve_each(session, pick, person, context))
    context.ring()
    address = with_outcome(
        own_address(back), bulk=outcomes[200], moved=outcomes[412], refused=outcomes[409]
    )
    return RedirectResponse(address, 303)


def _approve_each(
    session: Session, picks: Sequence[str], person: Person, context: Context
) -> list[int]:
    """The HTTP status that each pick would have got alone."""
    versions = _versions(picks)
    proposals = session.execute(
        select(ProposalRow.external_ref, ProposalRow.proposal_id).where(
            ProposalRow.external_ref.in_(versions)
        )
    ).all()
    statuses = []
    for external_ref, proposal_id in proposals:
        edit = Edit(proposal_id, versions[external_ref], person.login, None, person.role)
        try:
            with session.begin_nested():
                approve(session, edit, context.clock())
            statuses.append(200)
        except Problem as problem:
            statuses.append(412 if problem.status == 412 else 409)  # noqa: PLR2004  RFC 9110
    return statuses


def _versions(picks: Sequence[str]) -> dict[str, int]:
    pairs = (pick.rpartition(":") for pick in picks)
    return {ref: int(version) for ref, _, version in pairs if version.isdecimal()}
