"""HTTP: an ERP tells what it had ordered before we came."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from service.access.api_keys import Scope, System
from service.feeds.row_reading import read_object
from service.go_live.in_flight import adopt_in_flight, counted
from service.go_live.in_flight_words import (
    EXAMPLE,
    InFlightAnswer,
    InFlightBody,
    InFlightRequisition,
)
from service.http.bodies import JsonBody, described, plain, schema_of
from service.http.context import Context
from service.http.idempotency import Answer, answer_once
from service.http.strict_reading import validated
from service.http.systems import IdempotencyKey, system_with

router = APIRouter(tags=["go-live"])

Erp = Annotated[System, Depends(system_with(Scope.PROPOSALS_CLAIM))]


@router.post(
    "/v1/in-flight-requisitions",
    response_model=InFlightAnswer,
    openapi_extra=described(schema_of(InFlightBody), EXAMPLE),
)
def post_in_flight(
    context: Context, system: Erp, document: JsonBody, key: IdempotencyKey = None
) -> JSONResponse:
    """Tell, at go-live, the requisitions and purchase orders that you have already.

    Each is adopted under its number, once, and counts as supply on its way until your feed of
    open orders shows it: a purchase line whose ``proposal_ref`` is your number or our
    ``external_ref``, or that belongs to the purchase order named here. What refers to an unknown
    item, location or unit is kept as an exception: send it again once that is known.
    """
    body = validated(InFlightBody, document)
    rows = [read_object(InFlightRequisition, raw, index) for index, raw in enumerate(body.rows)]

    def produce(session: Session) -> Answer:
        return 200, counted(adopt_in_flight(session, system.system, rows, context.clock()))

    request = (system.system, "POST /v1/in-flight-requisitions", key)
    status, answer = answer_once(context, request, plain(document), produce)
    return JSONResponse(answer, status)
