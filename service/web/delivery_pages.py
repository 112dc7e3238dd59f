"""What other systems are told, what they did not take, and trying it again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.context import ServiceContext
from service.http.context import Context
from service.http.problems import Problem
from service.sync.overview import standings
from service.sync.repairs import Repairer, failed_of, give_up, try_again
from service.web.form_fields import PlainText, Reason
from service.web.outcomes import Message
from service.web.rendering import render
from service.web.visitor import Sender, Visitor, frame
from service.work.tables import DeliveryRow

router = APIRouter(include_in_schema=False)
_TOLD = {
    "again": Message("It is tried again now. Reload in a moment to see what came of it."),
    "given_up": Message("It is given up. What follows about its subject is told again."),
}
_REASON_MISSING = Message("A reason is needed: whoever looks later wants to know why.", "bad")


@router.get("/deliveries")
def deliveries(context: Context, visitor: Visitor, told: str = "") -> Response:
    """The connections, with what waits and what failed."""
    return _page(context, visitor, _TOLD.get(told))


def _page(
    context: ServiceContext, visitor: Visitor, message: Message | None, status: int = 200
) -> Response:
    with context.database.read() as session:
        return render(
            "deliveries.html",
            status=status,
            here="deliveries",
            frame=frame(session, context, visitor),
            standings=standings(session),
            now=context.clock(),
            discards=visitor.person.role.discards,
            message=message,
        )


@router.post("/deliveries/retry")
def retry_all(
    context: Context, sender: Sender, connection: Annotated[PlainText, Form(max_length=64)]
) -> Response:
    """Try all that failed for one connection again."""
    with context.database.write() as session:
        chosen = failed_of(session, connection)
        try_again(session, chosen, Repairer(sender.person.login), context.clock())
    context.ring()
    return RedirectResponse("/deliveries?told=again", 303)


@router.post("/deliveries/{delivery_id}/retry")
def retry_one(context: Context, sender: Sender, delivery_id: UUID) -> Response:
    """Try one delivery again."""
    with context.database.write() as session:
        _existing(session, delivery_id)
        try_again(session, [delivery_id], Repairer(sender.person.login), context.clock())
    context.ring()
    return RedirectResponse("/deliveries?told=again", 303)


@router.post("/deliveries/{delivery_id}/abandon")
def abandon(context: Context, sender: Sender, delivery_id: UUID, reason: Reason = "") -> Response:
    """Give one delivery up; leads and admins only, since the system is then never told."""
    if not sender.person.role.discards:
        raise Problem(
            403, "role-missing", "Planners do not give deliveries up", remedy="Ask a lead."
        )
    if not reason.strip():
        return _page(context, sender, _REASON_MISSING, status=422)
    with context.database.write() as session:
        _existing(session, delivery_id)
        who = Repairer(sender.person.login, reason.strip())
        give_up(session, delivery_id, who, context.clock())
    context.ring()
    return RedirectResponse("/deliveries?told=given_up", 303)


def _existing(session: Session, delivery_id: UUID) -> None:
    if session.get(DeliveryRow, delivery_id) is None:
        raise Problem(404, "unknown-delivery", "There is no such delivery")
