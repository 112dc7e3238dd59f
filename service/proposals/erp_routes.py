"""HTTP for the ERP: claim proposals, and say what became of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from sqlalchemy.orm import Session

from service.access.api_keys import Scope, System
from service.context import ServiceContext
from service.http.bodies import SmallJsonBody, described, plain, schema_of
from service.http.context import Context
from service.http.idempotency import Answer, answer_once, digest_of
from service.http.problems import Problem
from service.http.strict_reading import validated
from service.http.systems import IdempotencyKey, system_with
from service.proposals.acknowledgements import acknowledge
from service.proposals.claims import ClaimRequest, claim
from service.proposals.erp_answers import Reporter
from service.proposals.erp_words import AcknowledgementBody, ClaimBody, ProgressBody, RefusalBody
from service.proposals.leases import expire_claims, extend
from service.proposals.progress import report_progress
from service.proposals.refusals import refuse

router = APIRouter()

Erp = Annotated[System, Depends(system_with(Scope.PROPOSALS_CLAIM))]
ExternalRef = Annotated[str, Path(max_length=32, pattern=r"^[\x21-\x7e]+$")]
_CLAIM_ID = "0198f0a1-7c1e-7d2a-9d40-3f2b6c1e5a77"


@router.post(
    "/proposal-claims",
    openapi_extra=described(schema_of(ClaimBody), {"kind": "requisition", "limit": 50}),
)
def post_claim(
    context: Context, system: Erp, document: SmallJsonBody, key: IdempotencyKey = None
) -> dict[str, Any]:
    """Lease approved proposals, or requests to change or cancel what you took.

    The same Idempotency-Key with the same body gets the same answer while the lease lasts, 409
    after. Create each document under its ``external_ref`` and acknowledge it. Where
    ``previously_taken`` is true, look the reference up first: an earlier claim of yours ended
    without an answer.
    """
    body = validated(ClaimBody, document)
    if key is None:
        raise Problem(
            400,
            "idempotency-key-missing",
            "A claim needs an Idempotency-Key",
            "If the answer gets lost, you ask again with the same key.",
            remedy="Send the header Idempotency-Key with a new value for each claim.",
        )
    request = ClaimRequest(
        principal=system.system,
        idempotency_key=key,
        digest=digest_of(plain(document)),
        kind=body.kind,
        limit=body.limit,
        lease=_lease(context),
        locations=body.locations,
    )
    # In a transaction of its own: it locks proposals, and the claim locks keys before proposals.
    with context.database.write() as session:
        expire_claims(session, context.clock())
    with context.database.write() as session:
        answer = claim(session, request, context.clock())
    context.ring()
    return answer


@router.post("/proposal-claims/{claim_id}/extend")
def post_extension(context: Context, system: Erp, claim_id: UUID) -> dict[str, Any]:
    """Let the lease of a claim last its full time from now on; takes no body."""
    with context.database.write() as session:
        return extend(session, system.system, claim_id, _lease(context), context.clock())


@router.post(
    "/requisition-proposals/{external_ref}/acknowledge",
    openapi_extra=described(
        schema_of(AcknowledgementBody),
        {
            "claim_id": _CLAIM_ID,
            "erp_number": "BANF-4711",
            "accepted_quantity": "480",
            "expected_date": "2011-09-16",
        },
    ),
)
def post_acknowledgement(
    context: Context,
    system: Erp,
    external_ref: ExternalRef,
    document: SmallJsonBody,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Say under which number you took a proposal, or that you made the requested change.

    Valid after the lease has ended, too: you did create it. Sent again, it gets the same answer.
    """
    body = validated(AcknowledgementBody, document)
    reporter = Reporter(system.system, external_ref)
    return _report(
        context,
        (reporter, "acknowledge", key),
        plain(document),
        lambda session: acknowledge(session, reporter, body, context.clock()),
    )


@router.post(
    "/requisition-proposals/{external_ref}/refuse",
    openapi_extra=described(
        schema_of(RefusalBody),
        {"claim_id": _CLAIM_ID, "reason": "The supplier is blocked."},
    ),
)
def post_refusal(
    context: Context,
    system: Erp,
    external_ref: ExternalRef,
    document: SmallJsonBody,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Say why you do not take a proposal, or do not make a change; a planner sees the reason.

    Also for what you took, as long as nothing of it is ordered: a person decides again.
    """
    body = validated(RefusalBody, document)
    reporter = Reporter(system.system, external_ref)
    return _report(
        context,
        (reporter, "refuse", key),
        plain(document),
        lambda session: refuse(session, reporter, body, context.clock()),
    )


@router.post(
    "/requisition-proposals/{external_ref}/progress",
    openapi_extra=described(
        schema_of(ProgressBody),
        {"state": "ordered", "purchase_order_number": "PO-815", "ordered_quantity": "480"},
    ),
)
def post_progress(
    context: Context,
    system: Erp,
    external_ref: ExternalRef,
    document: SmallJsonBody,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Say how far you are with what you took: ordered, partly_ordered, closed.

    A transfer is shipped, received, closed.
    """
    body = validated(ProgressBody, document)
    reporter = Reporter(system.system, external_ref)
    return _report(
        context,
        (reporter, "progress", key),
        plain(document),
        lambda session: report_progress(session, reporter, body, context.clock()),
    )


def _lease(context: ServiceContext) -> timedelta:
    return timedelta(seconds=context.settings.claim_lease_seconds)


def _report(
    context: ServiceContext,
    request: tuple[Reporter, str, str | None],
    document: Any,
    record: Callable[[Session], dict[str, Any]],
) -> dict[str, Any]:
    reporter, verb, key = request

    def produce(session: Session) -> Answer:
        return 200, record(session)

    route = f"POST {verb} {reporter.external_ref}"
    return answer_once(context, (reporter.principal, route, key), document, produce)[1]
