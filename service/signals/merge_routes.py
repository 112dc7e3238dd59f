"""``POST /v1/account-merges``: two accounts are one."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from service.feeds.delivery import CodeSender
from service.http.bodies import described, schema_of
from service.http.idempotency import Answer
from service.signals.account_merges import AccountMerge, take_merge

router = APIRouter(tags=["demand signals"])

_EXAMPLE = {
    "system": "crm",
    "from_account_id": "14647",
    "into_account_id": "14646",
    "merged_at": "2011-08-29T06:00:00Z",
}


@router.post("/v1/account-merges", openapi_extra=described(schema_of(AccountMerge), _EXAMPLE))
def post_account_merge(sender: CodeSender) -> JSONResponse:
    """One account was merged into another: its deals, sales and orders count for that one now.

    Whatever comes under the old code later means the new account. Sent again, a merge does
    nothing; its opposite undoes it. A merge that leads an account back to itself is refused.
    """
    merge = sender.body(AccountMerge)

    def produce(session: Session) -> Answer:
        now = sender.context.clock()
        return 200, dict(take_merge(session, merge, sender.system.system, now).to_json())

    return sender.once("POST /v1/account-merges", produce)
