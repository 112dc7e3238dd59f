"""What a page says after something was done, told by its address: no state is kept between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.calendar import in_utc
from service.access.people import Person
from service.proposals.quantity_checks import lot_warnings
from service.proposals.states import Event, State, possible_events
from service.proposals.tables import ProposalRow
from service.web.form_fields import counted
from service.web.wording import words

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
    """A sentence about what was done.

    ``undo`` is the proposal whose decision can be taken back; ``batch`` are the rows of a bulk
    approval that can, as ``reference:version``.
    """

    text: str
    tone: str = "good"
    undo: ProposalRow | None = None
    batch: tuple[str, ...] = ()


def with_outcome(address: str, **said: str | int) -> str:
    """``address`` with the outcome in its query."""
    return address + ("&" if "?" in address else "?") + urlencode(said)


def told_left(moved: Sequence[str], refused: Sequence[str]) -> dict[str, str | int]:
    """How an address says which rows of a batch were left as they are, and how many."""
    named = " ".join([*moved, *refused][:_MOST_NAMED])
    counts = {"moved": len(moved), "refused": len(refused)}
    return {**counts, "left": named} if named else {}


def message_of(session: Session, query: Mapping[str, str], person: Person) -> Message | None:
    """What an address asks to tell ``person``; None if it asks for nothing or for nonsense."""
    if "bulk" in query or "bulk_undone" in query:
        return _bulk_message(session, query, person)
    sentence = _SENTENCES.get(query.get("done", ""))
    if sentence is None:
        return None
    proposal = session.scalar(
        select(ProposalRow).where(ProposalRow.external_ref == query.get("ref", ""))
    )
    if proposal is None:
        return None
    undoable = person.role.decides and query["done"] != "undone" and _undoable(proposal)
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


def _bulk_message(session: Session, query: Mapping[str, str], person: Person) -> Message:
    undone = "bulk_undone" in query
    count, moved, refused = (
        counted(query.get(name, ""))
        for name in ("bulk_undone" if undone else "bulk", "moved", "refused")
    )
    parts = [f"{count:,} taken back" if undone else f"{count:,} approved"]
    if moved:
        parts.append(f"{moved:,} had changed meanwhile")
    if refused:
        parts.append(f"{refused:,} could not be {'taken back' if undone else 'approved'}")
    text = " ".join((", ".join(parts) + ".", *_left(session, query.get("left", ""))))
    batch = () if undone else _batch(session, query.get("at", ""), person)
    return Message(text, "warn" if moved or refused else "good", batch=batch)


def _left(session: Session, named: str) -> tuple[str, ...]:
    """The rows that were left as they are, with their states as they are now."""
    found = session.execute(
        select(ProposalRow.external_ref, ProposalRow.state)
        .where(ProposalRow.external_ref.in_(named.split()[:_MOST_NAMED]))
        .order_by(ProposalRow.external_ref)
    ).all()
    told = ", ".join(f"{ref} ({words(state).lower()})" for ref, state in found)
    return (f"Left as found: {told}.",) if told else ()


def _batch(session: Session, at: str, person: Person) -> tuple[str, ...]:
    """The rows that ``person`` approved at that moment and that nothing has happened to since."""
    moment = _moment(at)
    if moment is None or not person.role.decides:
        return ()
    rows = session.execute(
        select(ProposalRow.external_ref, ProposalRow.row_version)
        .where(
            ProposalRow.changed_at == moment,
            ProposalRow.approved_by == person.login,
            ProposalRow.state == State.APPROVED,
        )
        .order_by(ProposalRow.external_ref)
        .limit(_LARGEST_BATCH)
    )
    return tuple(f"{ref}:{version}" for ref, version in rows)


def _moment(text: str) -> datetime | None:
    try:
        return in_utc(datetime.fromisoformat(text))
    except (TypeError, ValueError):  # TypeError: without a time zone
        return None


_MOST_NAMED = 10
_LARGEST_BATCH = 500
