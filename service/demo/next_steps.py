"""Three things to try next, as commands that work as printed."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from shlex import quote
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.demo.credentials import OPS, DemoCredentials
from service.demo.today import CRM, ERP, TODAY
from service.feeds.tables import AccountRow, SupplierTermsRow
from service.proposals.tables import ProposalRow

_FIRST_DAY = timedelta(days=1)
_LAST_DAY = timedelta(days=6)


@dataclass(frozen=True)
class NextStep:
    """What the command does, in a sentence, and the command."""

    title: str
    command: str


@dataclass(frozen=True)
class _Example:
    account_id: str
    item_id: str


def next_steps(
    session: Session, base_url: str, credentials: DemoCredentials
) -> tuple[NextStep, ...]:
    """Three curl lines with codes of the loaded data; empty if the demo is not loaded.

    The first may be sent again without effect; the second gets the same answer as long as its
    lease lasts.
    """
    example = _example(session)
    if example is None:
        return ()
    base = base_url.rstrip("/")
    keys = credentials.keys
    signal = [f"{base}/v1/demand-signals", *_headers(keys[CRM]), *_json(_signal(example, TODAY))]
    claim = {"kind": "requisition", "limit": 3}
    claims = [
        f"{base}/v1/proposal-claims",
        *_headers(keys[ERP]),
        *("-H", "Idempotency-Key: try-claim-1"),
        *_json(claim),
    ]
    proposals = [f"{base}/v1/requisition-proposals?item={example.item_id}"]
    return (
        NextStep(
            f"The CRM tells of 400 units of {example.item_id} at even odds; its proposal changes:",
            _curl(signal),
        ),
        NextStep(
            "See the proposals for that item, as a system would:",
            _curl([*proposals, *_headers(keys[OPS])]),
        ),
        NextStep("The ERP claims three approved proposals:", _curl(claims)),
    )


def _example(session: Session) -> _Example | None:
    """An item, if possible one that is to be ordered, and an account that its warehouse serves."""
    served = select(AccountRow.sourcing_location_id)
    wanted = select(ProposalRow.item_id, ProposalRow.location_id).where(
        ProposalRow.location_id.in_(served), ProposalRow.state.in_(("in_review", "approved"))
    )
    planned = select(SupplierTermsRow.item_id, SupplierTermsRow.location_id).where(
        SupplierTermsRow.location_id.in_(served)
    )
    largest = ProposalRow.recommended_quantity.desc()
    place = (
        session.execute(wanted.order_by(largest, ProposalRow.item_id).limit(1)).first()
        or session.execute(planned.order_by(SupplierTermsRow.item_id).limit(1)).first()
    )
    if place is None:
        return None
    accounts = select(AccountRow.account_id).where(
        AccountRow.sourcing_location_id == place.location_id
    )
    account_id = session.scalars(accounts.order_by(AccountRow.account_id).limit(1)).one()
    return _Example(account_id, place.item_id)


def _signal(example: _Example, today: date) -> dict[str, Any]:
    return {
        "message_id": "TRY-1",
        "system": CRM,
        "opportunity_id": "TRY-OPP-1",
        "source_version": 1,
        "account": example.account_id,
        "product": example.item_id,
        "quantity": "400",
        "delivery_window": {
            "start": (today + _FIRST_DAY).isoformat(),
            "end": (today + _LAST_DAY).isoformat(),
        },
        "stage": "proposal",
        "win_probability": "0.5",
    }


def _headers(key: str) -> list[str]:
    return ["-H", f"Authorization: Bearer {key}"]


def _json(body: dict[str, Any]) -> list[str]:
    return ["-H", "Content-Type: application/json", "-d", json.dumps(body)]


def _curl(words: list[str]) -> str:
    return " ".join(["curl", "-sS", *map(quote, words)])
