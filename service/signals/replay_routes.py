"""HTTP: exceptions are repaired and replayed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.identity import Canonical
from service.exceptions.queue import ExceptionState
from service.exceptions.routes import Clerk, closed_already, existing
from service.exceptions.tables import ExceptionRow
from service.feeds.replay import REPLAYED_SUBJECTS
from service.http.bodies import OptionalJsonBody, described, plain, schema_of
from service.http.context import Context
from service.http.idempotency import Answer, answer_once
from service.http.problems import Problem
from service.http.strict_reading import validated
from service.http.systems import IdempotencyKey
from service.signals.replay import Replayed, ReplayOrder, replay, replayable
from service.signals.results import SUBJECT_TYPE, Outcome
from service.work import deliveries

router = APIRouter(tags=["exceptions"])


class ReplayAnswer(BaseModel):
    """What came of a replay; ``waits_as`` names the exception where it waits on, if it does."""

    exception_id: UUID
    state: ExceptionState
    result: str
    waits_as: UUID | None
    signal_id: UUID | None
    problem: dict[str, Any] | None


class BulkReplayAnswer(BaseModel):
    """What came of each replay."""

    replayed: int
    still_open: int
    results: list[ReplayAnswer]


class Repair(Canonical):
    """Fields of the payload that are to be replaced before it is tried again."""

    corrections: dict[str, Any] = Field(default_factory=dict)


@router.post(
    "/v1/exceptions/{exception_id}/replay",
    openapi_extra=described(
        schema_of(Repair), {"corrections": {"account": "14646"}}, required=False
    ),
    response_model=ReplayAnswer,
)
def replay_exception(
    context: Context,
    clerk: Clerk,
    exception_id: UUID,
    document: OptionalJsonBody,
    key: IdempotencyKey = None,
) -> JSONResponse:
    """Try an exception again, with corrections if any; it stays open where it still fails."""
    repair = validated(Repair, {} if document is None else document)

    def produce(session: Session) -> Answer:
        row = existing(session, exception_id)
        if row.state != ExceptionState.OPEN:
            raise closed_already()
        if not replayable(row, context.take_again):
            raise _not_replayable(row)
        order = ReplayOrder(clerk.system, repair.corrections)
        done = replay(session, [row], order, context.clock(), context.take_again)[0]
        if done.result == Outcome.REJECTED:
            raise _refused(done)
        return 200, done.to_json()

    request = (clerk.system, f"POST /v1/exceptions/{exception_id}/replay", key)
    status, answer = answer_once(context, request, plain(document), produce)
    return JSONResponse(answer, status)


@router.post("/v1/exceptions/replay", response_model=BulkReplayAnswer)
def replay_exceptions(
    context: Context,
    clerk: Clerk,
    kind: Annotated[str, Query(min_length=1, max_length=64)],
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
    key: IdempotencyKey = None,
) -> JSONResponse:
    """Try the oldest open exceptions of a kind again, as after a new cross reference."""

    def produce(session: Session) -> Answer:
        rows = session.scalars(
            select(ExceptionRow)
            .where(
                ExceptionRow.state == ExceptionState.OPEN,
                ExceptionRow.kind == kind,
                ExceptionRow.subject_type.in_(
                    [
                        SUBJECT_TYPE,
                        deliveries.SUBJECT_TYPE,
                        *REPLAYED_SUBJECTS,
                        *context.take_again,
                    ]
                ),
            )
            .order_by(ExceptionRow.exception_id)
            .limit(limit)
        ).all()
        done = replay(session, rows, ReplayOrder(clerk.system), context.clock(), context.take_again)
        results = [one.to_json() for one in done]
        open_still = sum(one["state"] == ExceptionState.OPEN for one in results)
        return 200, {
            "replayed": len(results) - open_still,
            "still_open": open_still,
            "results": results,
        }

    request = (clerk.system, "POST /v1/exceptions/replay", key)
    status, answer = answer_once(context, request, {"kind": kind, "limit": limit}, produce)
    return JSONResponse(answer, status)


def _refused(done: Replayed) -> Problem:
    found = done.problem or {}
    return Problem(
        422,
        "correction-refused",
        "The corrected payload is refused",
        found.get("title") or found.get("detail") or "",
        remedy="Mend the corrections; the exception is as it was.",
        errors=found.get("errors", []),
    )


def _not_replayable(row: ExceptionRow) -> Problem:
    return Problem(
        409,
        "not-replayable",
        "There is nothing to replay",
        f"An exception about {row.subject_type} only tells; mending its cause is done elsewhere.",
        remedy=f"{row.remedy} Then discard the exception.",
    )
