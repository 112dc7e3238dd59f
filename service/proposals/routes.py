"""HTTP: proposals as systems read them and decide on them; what the ERP does is beside it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from adapters.canonical.calendar import Moment
from adapters.canonical.proposal import ProposalKind
from service.access.api_keys import Scope, System
from service.http.bodies import SmallJsonBody, described, plain, schema_of
from service.http.context import Context
from service.http.idempotency import Answer, answer_once
from service.http.queries import KnownParametersOnly
from service.http.strict_reading import validated
from service.http.systems import system_with
from service.proposals import erp_routes
from service.proposals.api_decisions import Conditions, conditions, decide_as_asked
from service.proposals.decisions import Edit
from service.proposals.documents import described_proposal
from service.proposals.erp_routes import ExternalRef
from service.proposals.erp_words import DecisionBody
from service.proposals.listing import (
    LARGEST_PAGE,
    ListFilter,
    list_proposals,
    proposal_by_ref,
    with_history,
)
from service.proposals.states import State

router = APIRouter(prefix="/v1", tags=["proposals"])
router.include_router(erp_routes.router)

Reader = Annotated[System, Depends(system_with(Scope.PROPOSALS_READ))]
Decider = Annotated[System, Depends(system_with(Scope.PROPOSALS_DECIDE))]
Code = Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]


def _filter(
    state: Annotated[tuple[State, ...], Query(description="may be given several times")] = (),
    kind: Annotated[tuple[ProposalKind, ...], Query(description="may be given several times")] = (),
    item: Code = None,
    location: Code = None,
    changed_since: Moment | None = None,
) -> ListFilter:
    states, kinds = tuple(one.value for one in state), tuple(one.value for one in kind)
    return ListFilter(states, kinds, item, location, changed_since)


@router.get("/requisition-proposals")
def get_proposals(
    context: Context,
    _system: Reader,
    _query: KnownParametersOnly,
    wanted: Annotated[ListFilter, Depends(_filter)],
    after: Annotated[
        str | None, Query(max_length=100, description="the page before's next")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = LARGEST_PAGE,
) -> dict[str, Any]:
    """A page of proposals, longest unchanged first; reading changes nothing."""
    with context.database.read() as session:
        return list_proposals(session, wanted, after, limit)


@router.get("/requisition-proposals/{external_ref}")
def get_proposal(
    context: Context, _system: Reader, external_ref: ExternalRef, response: Response
) -> dict[str, Any]:
    """A proposal with its history; its ETag goes with a decision as If-Match."""
    with context.database.read() as session:
        row = proposal_by_ref(session, external_ref)
        response.headers["ETag"] = f'"{row.row_version}"'
        return with_history(session, row)


@router.post(
    "/requisition-proposals/{external_ref}/decisions",
    openapi_extra=described(
        schema_of(DecisionBody),
        {"action": "change_quantity", "quantity": "450", "reason": "A full pallet."},
    ),
    response_model=None,
)
def post_decision(
    context: Context,
    system: Decider,
    external_ref: ExternalRef,
    document: SmallJsonBody,
    under: Annotated[Conditions, Depends(conditions)],
) -> JSONResponse:
    """Decide as a planner does: approve, change the quantity, reject, put off, take back."""
    body = validated(DecisionBody, document)

    def produce(session: Session) -> Answer:
        row = proposal_by_ref(session, external_ref)
        edit = Edit(row.proposal_id, under.version, f"system:{system.system}", body.reason)
        decided = decide_as_asked(session, edit, body, context.clock())
        answer = described_proposal(decided.proposal)
        return 200, {**answer, "warnings": list(decided.warnings)}

    request = (system.system, f"POST decisions {external_ref}", under.key)
    asked = {"decision": plain(document), "version": str(under.version)}
    status, answer = answer_once(context, request, asked, produce)
    return JSONResponse(answer, status, {"ETag": f'"{answer["row_version"]}"'})
