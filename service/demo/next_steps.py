"""Three things to try next, as commands that work as printed."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_hex
from shlex import quote
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.demo.credentials import OPS, DemoCredentials
from service.demo.today import CRM, ERP, TODAY
from service.feeds.tables import AccountRow, SupplierTermsRow
from service.proposals.tables import ProposalRow
from service.signals.tables import SignalMessageRow

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

    @property
    def opportunity_id(self) -> str:
        return f"TRY-{self.item_id}"


def next_steps(
    session: Session, base_url: str, credentials: DemoCredentials
) -> tuple[NextStep, ...]:
    """Three curl lines with codes of the loaded data; empty if the demo is not loaded.

    The first is the next version of its opportunity: it changes something at each start, and sent
    again without one it is a duplicate. The last has a key of its own at each start.
    """
    example = _example(session)
    if example is None:
        return ()
    version = _known_version(session, example) + 1
    base = base_url.rstrip("/")
    keys = credentials.keys
    signal = [
        f"{base}/v1/demand-signals",
        *_headers(keys[CRM]),
        *_json(_signal(example, version, TODAY)),
    ]
    claim = {"kind": "requisition", "limit": 3}
    claims = [
        f"{base}/v1/proposal-claims",
        *_headers(keys[ERP]),
        *("-H", f"Idempotency-Key: try-claim-{token_hex(4)}"),
        *_json(claim),
    ]
    proposals = [f"{base}/v1/requisition-proposals?item={example.item_id}"]
    return (
        NextStep(
            f"The CRM tells of {_quantity(version)} units of {example.item_id} at even odds; "
            "its proposal changes:",
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


def _known_version(session: Session, example: _Example) -> int:
    """The newest version that was sent of the opportunity, also one that waits; 0 for none."""
    newest = select(func.max(SignalMessageRow.source_version)).where(
        SignalMessageRow.system == CRM,
        SignalMessageRow.opportunity_id == example.opportunity_id,
    )
    return session.scalar(newest) or 0


def _quantity(version: int) -> int:
    """Up and down again, so that the proposal moves and does not grow for ever."""
    return 400 if version % 2 else 600


def _signal(example: _Example, version: int, today: date) -> dict[str, Any]:
    return {
        "message_id": f"{example.opportunity_id}-{version}",
        "system": CRM,
        "opportunity_id": example.opportunity_id,
        "source_version": version,
        "account": example.account_id,
        "product": example.item_id,
        "quantity": str(_quantity(version)),
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
