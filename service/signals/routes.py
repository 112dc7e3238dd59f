"""HTTP: demand signals in, and what is known of an opportunity."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from service.access.api_keys import Scope, System
from service.http.bodies import JsonBody, described, plain, schema_of
from service.http.context import Context
from service.http.idempotency import Answer, answer_once
from service.http.problems import MEDIA_TYPE, Problem
from service.http.strict_reading import validated
from service.http.systems import IdempotencyKey, system_with
from service.signals.access import OpportunityReader
from service.signals.history import opportunity_lines
from service.signals.intake import take
from service.signals.results import Outcome, SignalAnswer, SignalBatchAnswer, SignalResult

router = APIRouter(tags=["demand signals"])

BATCH_SIZE = 500
_SIGNAL = schema_of(DemandSignal)
_BATCH = {
    "title": "DemandSignalBatch",
    "type": "object",
    "additionalProperties": False,
    "required": ["signals"],
    "properties": {
        "signals": {"type": "array", "minItems": 1, "maxItems": BATCH_SIZE, "items": _SIGNAL}
    },
}

_EXAMPLE = {
    "message_id": "evt-1001",
    "system": "crm",
    "opportunity_id": "OPP-1",
    "source_version": 1,
    "account": "14646",
    "product": "BOTTLE",
    "quantity": "400",
    "delivery_window": {"start": "2011-09-05", "end": "2011-09-30"},
    "stage": "negotiation",
    "win_probability": "0.5",
}

Writer = Annotated[System, Depends(system_with(Scope.SIGNALS_WRITE))]


@router.post(
    "/v1/demand-signals",
    status_code=202,
    openapi_extra=described({"anyOf": [_SIGNAL, _BATCH]}, _EXAMPLE),
    response_model=SignalAnswer | SignalBatchAnswer,
)
def post_demand_signals(
    context: Context, system: Writer, document: JsonBody, key: IdempotencyKey = None
) -> JSONResponse:
    """Take one signal, or a batch of up to 500 with one result per row.

    A signal tells what one opportunity line says now. Sending it again does nothing again; a
    version that is not newer than the stored one does nothing. What cannot be mapped waits in
    the exception queue.
    """
    is_batch = isinstance(document, dict) and "signals" in document
    rows = _rows(document) if is_batch else [_own_signal(document, system)]

    def produce(session: Session) -> Answer:
        now = context.clock()
        if is_batch:
            return 202, {"results": _take_rows(session, rows, system, now)}
        return _single_answer(take(session, rows, now)[0])

    request = (system.system, "POST /v1/demand-signals", key)
    status, answer = answer_once(context, request, plain(document), produce)
    media_type = MEDIA_TYPE if status >= 400 else None  # noqa: PLR2004  RFC 9457 for all errors
    return JSONResponse(answer, status, media_type=media_type)


@router.get("/v1/demand-signals/{system}/{opportunity_id:path}")
def get_demand_signals(
    context: Context, reader: OpportunityReader, system: str, opportunity_id: str
) -> dict[str, Any]:
    """The lines of an opportunity: what counts now, where, and every version that came."""
    reader.check(system)
    with context.database.read() as session:
        lines = opportunity_lines(session, system, opportunity_id)
    if not lines:
        raise Problem(
            404,
            "unknown-opportunity",
            "No signal of this opportunity came",
            remedy="Check system and opportunity_id.",
        )
    return {"system": system, "opportunity_id": opportunity_id, "lines": lines}


def _own_signal(document: Any, system: System) -> DemandSignal:
    signal = validated(DemandSignal, document)
    if signal.system != system.system:
        raise Problem(
            403,
            "foreign-system",
            "The key speaks for another system",
            f"The key is that of {system.system!r}.",
            remedy="Send the signal with the key of its own system.",
        )
    return signal


def _rows(document: dict[str, Any]) -> list[Any]:
    rows = document["signals"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= BATCH_SIZE or len(document) > 1:
        raise Problem(
            422,
            "invalid-batch",
            f"A batch is {{'signals': [...]}} with 1 to {BATCH_SIZE} signals",
            remedy="Split larger batches; put nothing beside 'signals'.",
        )
    return rows


def _take_rows(
    session: Session, rows: list[Any], system: System, now: datetime
) -> list[dict[str, Any]]:
    results: dict[int, SignalResult] = {}
    signals: dict[int, DemandSignal] = {}
    for number, row in enumerate(rows):
        try:
            signals[number] = _own_signal(row, system)
        except Problem as problem:
            results[number] = SignalResult(_message_id(row), Outcome.REJECTED, problem=problem.body)
    taken = take(session, list(signals.values()), now)
    results.update(zip(signals, taken, strict=True))
    return [{"row": number, **results[number].to_json()} for number in range(len(rows))]


def _message_id(row: Any) -> str | None:
    """The message id of a row that is no signal, if it has one that can be told back."""
    message_id = row.get("message_id") if isinstance(row, dict) else None
    is_code = isinstance(message_id, str) and len(message_id) <= 64  # noqa: PLR2004  as any code
    return message_id if is_code else None


def _single_answer(result: SignalResult) -> Answer:
    if result.result != Outcome.CONFLICT:
        return 202, result.to_json()
    problem = Problem(
        409,
        "message-id-reused",
        "This message id was used for another body",
        "The message is kept as an exception, without effect.",
        remedy="Send it again under a new message id.",
        exception_id=str(result.exception_id),
    )
    return 409, problem.body
