"""``GET /v1/opportunities/{opportunity_id}/outlook``: what a deal can count on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from fastapi.responses import JSONResponse

from adapters.canonical.outlook import SupplyOutlook
from service.access.api_keys import Scope, System
from service.http.context import Context
from service.http.problems import Problem
from service.http.queries import KnownParametersOnly
from service.http.systems import system_with
from service.outlook.supply_outlooks import supply_outlooks
from service.outlook.supply_telling import body_of, telling_of
from service.outlook.telling import NEVER_TOLD, Telling, Told, told_last, version_of

router = APIRouter(tags=["outlook"])

Reader = Annotated[System, Depends(system_with(Scope.OUTLOOK_READ, Scope.SIGNALS_WRITE))]


@router.get(
    "/v1/opportunities/{opportunity_id:path}/outlook",
    response_model=SupplyOutlook,
    summary="What will be supplied for an opportunity, by when, at what risk",
)
def get_supply_outlook(
    context: Context,
    system: Reader,
    _query: KnownParametersOnly,
    opportunity_id: str,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The outlook of an opportunity of the key's own system, computed now.

    ``version`` grows with each outlook that differs and is the ETag. It is that of the last
    ``supply-outlook.changed`` event, or the next one where the event is still to come.
    """
    with context.database.read() as session:
        known = supply_outlooks(
            session, context, [(system.system, opportunity_id)], context.clock()
        )
        tellings = [telling_of(one) for one in known]
        told = told_last(session, tellings)
    if not known:
        raise Problem(
            404,
            "unknown-opportunity",
            "No signal of this opportunity came",
            remedy="Check opportunity_id; a key reads the opportunities of its own system.",
        )
    last = told.get(tellings[0].name, NEVER_TOLD)
    etag = _etag(tellings[0], last)
    if etag == if_none_match:
        return Response(status_code=304, headers={"ETag": etag})
    body = body_of(known[0].outlook, version_of(tellings[0], last))
    return JSONResponse(body, headers={"ETag": etag})


def _etag(telling: Telling, last: Told) -> str:
    """The version, weak: two answers of one version may differ in ``as_of`` and by a hair.

    A version that was not told yet may still change, so its content is named along.
    """
    version = version_of(telling, last)
    if version == last.version:
        return f'W/"{version}"'
    return f'W/"{version}.{telling.digest[:8]}{telling.figures_digest[:8]}"'
