"""Things to try next, as commands that work as printed."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_hex
from shlex import quote
from typing import Any
from urllib.parse import quote as url_quoted

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.demo.credentials import OPS, DemoCredentials
from service.demo.today import CRM, ERP
from service.feeds.tables import AccountRow, StockPositionRow
from service.proposals.states import State
from service.proposals.tables import ProposalRow
from service.signals.tables import SignalMessageRow
from service.work.tables import CompanyRow

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


@dataclass(frozen=True)
class Story:
    """What the commands are about: the size of a telling deal, and what the ERP claims."""

    deal: int = 400
    """Units; every other version of the deal is half as large again."""
    kinds: tuple[ProposalKind, ...] = (ProposalKind.REQUISITION,)


def next_steps(
    session: Session, base_url: str, credentials: DemoCredentials, story: Story | None = None
) -> tuple[NextStep, ...]:
    """Curl lines with codes of the loaded data; empty if no demo is loaded.

    By default the story is that of the first demo. The first step is the next version of its
    opportunity: it changes something at each start, and sent again without one it is a
    duplicate. Claims have a key of their own at each start.
    """
    story = story or Story()
    example = _example(session)
    today = session.scalar(select(CompanyRow.business_date))
    if example is None or today is None:
        return ()
    version = _known_version(session, example) + 1
    quantity = _quantity(story, version)
    base = base_url.rstrip("/")
    keys = credentials.keys
    signal = [
        f"{base}/v1/demand-signals",
        *_headers(keys[CRM]),
        *_json(_signal(example, version, quantity, today)),
    ]
    proposals = [f"{base}/v1/requisition-proposals?item={url_quoted(example.item_id)}"]
    return (
        NextStep(
            f"The CRM tells of {quantity} units of {example.item_id} at even odds; "
            "its proposal changes:",
            _curl(signal),
        ),
        NextStep(
            "See the proposals for that item, as a system would:",
            _curl([*proposals, *_headers(keys[OPS])]),
        ),
        *(_claim(session, base, keys[ERP], kind) for kind in story.kinds),
    )


def _claim(session: Session, base: str, key: str, kind: ProposalKind) -> NextStep:
    approved = select(ProposalRow.proposal_id).where(
        ProposalRow.kind == kind.value, ProposalRow.state == State.APPROVED.value
    )
    first = "" if session.scalar(approved.limit(1)) else "approve some in the queue first; then "
    words = [
        f"{base}/v1/proposal-claims",
        *_headers(key),
        *("-H", f"Idempotency-Key: try-claim-{token_hex(4)}"),
        *_json({"kind": kind.value, "limit": 3}),
    ]
    proposals = "proposals" if kind is ProposalKind.REQUISITION else f"{kind} proposals"
    title = f"{first}the ERP claims three approved {proposals}:"
    return NextStep(title[0].upper() + title[1:], _curl(words))


def _example(session: Session) -> _Example | None:
    """An item, if possible one that is to be ordered, and an account that its warehouse serves."""
    served = select(AccountRow.sourcing_location_id)
    wanted = select(ProposalRow.item_id, ProposalRow.location_id).where(
        ProposalRow.location_id.in_(served), ProposalRow.state.in_(("in_review", "approved"))
    )
    stocked = select(StockPositionRow.item_id, StockPositionRow.location_id).where(
        StockPositionRow.location_id.in_(served)
    )
    largest = ProposalRow.recommended_quantity.desc()
    place = (
        session.execute(wanted.order_by(largest, ProposalRow.item_id).limit(1)).first()
        or session.execute(stocked.order_by(StockPositionRow.item_id).limit(1)).first()
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


def _quantity(story: Story, version: int) -> int:
    """Up and down again, so that the proposal moves and does not grow for ever."""
    return story.deal if version % 2 else story.deal * 3 // 2


def _signal(example: _Example, version: int, quantity: int, today: date) -> dict[str, Any]:
    return {
        "message_id": f"{example.opportunity_id}-{version}",
        "system": CRM,
        "opportunity_id": example.opportunity_id,
        "source_version": version,
        "account": example.account_id,
        "product": example.item_id,
        "quantity": str(quantity),
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
