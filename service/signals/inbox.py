"""The inbox: every message is stored once, however often it is delivered."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from service.database.base import new_id
from service.database.upsert import insert_into
from service.http.idempotency import digest_of
from service.signals.mapping import line_of
from service.signals.results import LineKey, Outcome
from service.signals.tables import SignalMessageRow

MessageKey = tuple[str, str]
"""(system, message_id)"""


class Arrival(StrEnum):
    """Whether a message is new, was here before, or has another's id."""

    NEW = "new"
    REPEATED = "repeated"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Message:
    """A stored message."""

    row_id: UUID
    signal: DemandSignal


@dataclass(frozen=True)
class Delivery:
    """A delivery of a message; ``outcome`` is what became of the stored one before."""

    arrival: Arrival
    message: Message
    outcome: str


def receive(session: Session, signals: Sequence[DemandSignal], now: datetime) -> list[Delivery]:
    """Store the new ones of ``signals``; tell the others by their digest.

    New messages count as applied until ``record_outcomes`` says otherwise.
    """
    first: dict[MessageKey, dict[str, Any]] = {}
    for signal in signals:
        if _key(signal) not in first:
            first[_key(signal)] = _row(signal, now)
    new = _insert(session, first)
    stored = _stored(
        session, {key for key, row in first.items() if row["message_row_id"] not in new}
    )
    deliveries = []
    for signal in signals:
        row = stored.get(_key(signal)) or first[_key(signal)]
        row_id = row["message_row_id"]
        arrival = Arrival.NEW if row_id in new else Arrival.REPEATED
        if arrival == Arrival.REPEATED and row["digest"] != signal_digest(signal):
            arrival = Arrival.CONTRADICTED
        new.discard(row_id)
        deliveries.append(Delivery(arrival, Message(row_id, signal), row["outcome"]))
    return deliveries


def count_repeats(session: Session, row_ids: Iterable[UUID], now: datetime) -> None:
    """Note that these messages were delivered again."""
    by_count: dict[int, list[UUID]] = {}
    for row_id, count in sorted(Counter(row_ids).items()):
        by_count.setdefault(count, []).append(row_id)
    for count, ids in by_count.items():
        session.execute(
            update(SignalMessageRow)
            .where(SignalMessageRow.message_row_id.in_(ids))
            .values(deliveries=SignalMessageRow.deliveries + count, last_delivery_at=now)
            .execution_options(synchronize_session=False)
        )


def record_outcomes(
    session: Session, outcomes: Iterable[tuple[UUID, Outcome]], *, until_now: Outcome
) -> None:
    """Write down what became of those messages whose outcome was ``until_now``."""
    by_outcome: dict[Outcome, list[UUID]] = {}
    for row_id, outcome in outcomes:
        by_outcome.setdefault(outcome, []).append(row_id)
    for outcome, ids in sorted(by_outcome.items()):
        session.execute(
            update(SignalMessageRow)
            .where(SignalMessageRow.message_row_id.in_(ids), SignalMessageRow.outcome == until_now)
            .values(outcome=outcome)
            .execution_options(synchronize_session=False)
        )


def messages(session: Session, keys: Collection[MessageKey]) -> dict[MessageKey, UUID]:
    """The inbox rows of these messages."""
    return {key: row["message_row_id"] for key, row in _stored(session, keys).items()}


def overtaken(session: Session, versions: dict[LineKey, int]) -> list[UUID]:
    """Messages that wait as exceptions though their line has a newer version by now."""
    found: list[UUID] = []
    for system in sorted({line[0] for line in versions}):
        rows = session.execute(
            select(
                SignalMessageRow.opportunity_id,
                SignalMessageRow.line_id,
                SignalMessageRow.source_version,
                SignalMessageRow.message_row_id,
            ).where(
                SignalMessageRow.system == system,
                SignalMessageRow.opportunity_id.in_({line[1] for line in versions}),
                SignalMessageRow.outcome == Outcome.EXCEPTION,
            )
        )
        found += [row[3] for row in rows if row[2] < versions.get((system, row[0], row[1]), 0)]
    return found


def signal_digest(signal: DemandSignal) -> str:
    """SHA-256 of the signal's canonical JSON; 4 and 4.0 are the same quantity."""
    document = signal.model_dump(mode="json")
    for name in ("quantity", "win_probability"):
        document[name] = f"{Decimal(document[name]).normalize():f}"
    return digest_of(document)


def _key(signal: DemandSignal) -> MessageKey:
    return signal.system, signal.message_id


def _insert(session: Session, rows: dict[MessageKey, dict[str, Any]]) -> set[UUID]:
    # In key order, so that two batches with the same messages do not lock each other crosswise.
    ordered = [rows[key] for key in sorted(rows)]
    inserted = session.execute(
        insert_into(session, SignalMessageRow)
        .on_conflict_do_nothing(index_elements=("system", "message_id"))
        .returning(SignalMessageRow.message_row_id),
        ordered,
    )
    return set(inserted.scalars())


def _stored(session: Session, keys: Collection[MessageKey]) -> dict[MessageKey, dict[str, Any]]:
    columns = select(
        SignalMessageRow.system,
        SignalMessageRow.message_id,
        SignalMessageRow.message_row_id,
        SignalMessageRow.digest,
        SignalMessageRow.outcome,
    )
    found: dict[MessageKey, dict[str, Any]] = {}
    for system in sorted({key[0] for key in keys}):
        rows = session.execute(
            columns.where(
                SignalMessageRow.system == system,
                SignalMessageRow.message_id.in_({key[1] for key in keys}),
            )
        )
        found.update({(row["system"], row["message_id"]): dict(row) for row in rows.mappings()})
    return found


def _row(signal: DemandSignal, now: datetime) -> dict[str, Any]:
    system, opportunity_id, line_id = line_of(signal)
    return {
        "message_row_id": new_id(),
        "system": system,
        "message_id": signal.message_id,
        "digest": signal_digest(signal),
        "body": signal.model_dump(mode="json"),
        "opportunity_id": opportunity_id,
        "line_id": line_id,
        "source_version": signal.source_version,
        "outcome": Outcome.APPLIED,
        "deliveries": 1,
        "received_at": now,
        "last_delivery_at": now,
    }
