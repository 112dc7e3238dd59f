"""What a page says after something was done, told by its address: no state is kept between."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.proposals.quantity_checks import lot_warnings
from service.proposals.states import Event, State, possible_events
from service.proposals.tables import ProposalRow

_SENTENCES = {
    "approved": "approved",
    "changed": "has a new quantity",
    "rejected": "rejected",
    "snoozed": "snoozed",
    "withdrawn": "follows the plan again",
    "reopened": "is in review again",
    "undone": "is as it was before",
}


@dataclass(frozen=True)
class Message:
    """A sentence about what was done; ``undo`` is the proposal that can be taken back."""

    text: str
    tone: str = "good"
    undo: ProposalRow | None = None


def with_outcome(address: str, **said: str | int) -> str:
    """``address`` with the outcome in its query."""
    return address + ("&" if "?" in address else "?") + urlencode(said)


def message_of(session: Session, query: Mapping[str, str], *, decides: bool) -> Message | None:
    """The message that an address asks for; None if it asks for none or for nonsense."""
    if "bulk" in query:
        return _bulk_message(query)
    sentence = _SENTENCES.get(query.get("done", ""))
    if sentence is None:
        return None
    proposal = session.scalar(
        select(ProposalRow).where(ProposalRow.external_ref == query.get("ref", ""))
    )
    if proposal is None:
        return None
    undoable = decides and query["done"] != "undone" and _undoable(proposal)
    warnings = _warnings(session, proposal) if query["done"] == "changed" else ()
    return Message(
        " ".join((f"{proposal.external_ref} {sentence}.", *warnings)),
        tone="warn" if warnings else "good",
        undo=proposal if undoable else None,
    )


def _undoable(proposal: ProposalRow) -> bool:
    return Event.UNDONE in possible_events(State(proposal.state))


def _warnings(session: Session, proposal: ProposalRow) -> tuple[str, ...]:
    quantity = proposal.planner_quantity
    return () if quantity is None else lot_warnings(session, proposal, quantity)


def _bulk_message(query: Mapping[str, str]) -> Message:
    counts = {
        name: int(query[name]) if query.get(name, "").isdecimal() else 0
        for name in ("bulk", "moved", "refused")
    }
    parts = [f"{counts['bulk']:,} approved"]
    if counts["moved"]:
        parts.append(f"{counts['moved']:,} had changed meanwhile")
    if counts["refused"]:
        parts.append(f"{counts['refused']:,} could not be approved")
    tone = "warn" if counts["moved"] or counts["refused"] else "good"
    return Message(", ".join(parts) + ".", tone)
