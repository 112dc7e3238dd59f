"""HTTP: the exception queue, read and thinned out. Replay is at ``service.signals``."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session

from adapters.canonical.identity import Canonical, Text
from service.access.api_keys import Scope, System
from service.exceptions.queue import Closing, ExceptionState, close
from service.exceptions.reading import Selection, page, shown
from service.exceptions.tables import ExceptionRow
from service.http.bodies import SmallJsonBody, described, schema_of
from service.http.context import Context
from service.http.idempotency import Answer, answer_once
from service.http.problems import Problem
from service.http.queries import KnownParametersOnly
from service.http.strict_reading import validated
from service.http.systems import IdempotencyKey, system_with

router = APIRouter(tags=["exceptions"])

Clerk = Annotated[System, Depends(system_with(Scope.EXCEPTIONS_WRITE))]


class Discard(Canonical):
    """Why an exception needs no repair."""

    reason: Annotated[Text, Field(min_length=1)]


@router.get("/v1/exceptions")
def list_exceptions(
    context: Context,
    _clerk: Clerk,
    _query: KnownParametersOnly,
    selection: Annotated[Selection, Depends()],
    after: Annotated[UUID | None, Query(description="'next' of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Exceptions in the order in which they were opened; follow ``next`` until it is null."""
    with context.database.read() as session:
        rows = page(session, selection, after=after, limit=limit)
        more = str(rows[-1].exception_id) if len(rows) == limit else None
        return {"exceptions": [shown(row) for row in rows], "next": more}


@router.get("/v1/exceptions/{exception_id}")
def get_exception(context: Context, _clerk: Clerk, exception_id: UUID) -> dict[str, Any]:
    """One exception with its full payload."""
    with context.database.read() as session:
        return shown(existing(session, exception_id))


@router.post(
    "/v1/exceptions/{exception_id}/discard",
    openapi_extra=described(schema_of(Discard), {"reason": "A test account; nothing is lost."}),
    response_model=None,
)
def discard_exception(
    context: Context,
    clerk: Clerk,
    exception_id: UUID,
    document: SmallJsonBody,
    key: IdempotencyKey = None,
) -> JSONResponse:
    """Close an exception without effect; the reason is kept with it."""
    reason = validated(Discard, document).reason

    def produce(session: Session) -> Answer:
        closing = Closing(ExceptionState.DISCARDED, clerk.system, reason)
        existing(session, exception_id)
        if not close(session, [exception_id], closing, context.clock()):
            raise closed_already()
        return 200, {"exception_id": str(exception_id), "state": ExceptionState.DISCARDED}

    request = (clerk.system, f"POST /v1/exceptions/{exception_id}/discard", key)
    status, answer = answer_once(context, request, document, produce)
    return JSONResponse(answer, status)


def existing(session: Session, exception_id: UUID) -> ExceptionRow:
    """The exception; raises a 404 problem if there is none."""
    row = session.get(ExceptionRow, exception_id)
    if row is None:
        raise Problem(
            404, "unknown-exception", "There is no such exception", remedy="GET /v1/exceptions."
        )
    return row


def closed_already() -> Problem:
    """The 409 problem for an exception that is no longer open."""
    return Problem(
        409,
        "exception-closed",
        "The exception is closed already",
        remedy="GET it to see by whom and why.",
    )
