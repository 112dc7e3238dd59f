"""The page of an opportunity."""

from fastapi import APIRouter
from sqlalchemy import select
from starlette.responses import Response

from service.http.context import Context
from service.http.problems import Problem
from service.outlook.supply_outlooks import supply_outlooks
from service.signals.tables import SignalMessageRow
from service.web.opportunities import opportunity_lines
from service.web.rendering import render
from service.web.visitor import Visitor, frame

router = APIRouter(include_in_schema=False)
_MOST_MESSAGES = 100


@router.get("/opportunities/{system}/{opportunity_id:path}")
def opportunity(context: Context, visitor: Visitor, system: str, opportunity_id: str) -> Response:
    """Its lines, what they can count on, their effect, and the messages that told of it."""
    with context.database.read() as session:
        lines = opportunity_lines(session, system, opportunity_id)
        outlooks = supply_outlooks(session, context, [(system, opportunity_id)], context.clock())
        messages = session.scalars(
            select(SignalMessageRow)
            .where(
                SignalMessageRow.system == system,
                SignalMessageRow.opportunity_id == opportunity_id,
            )
            .order_by(SignalMessageRow.received_at.desc(), SignalMessageRow.source_version.desc())
            .limit(_MOST_MESSAGES)
        ).all()
        if not lines and not messages:
            raise Problem(404, "unknown-opportunity", "There is no such opportunity")
        return render(
            "opportunity.html",
            here="",
            frame=frame(session, context, visitor),
            system=system,
            opportunity_id=opportunity_id,
            lines=lines,
            outlook={line.line_id: line for one in outlooks for line in one.outlook.lines},
            messages=messages,
        )
