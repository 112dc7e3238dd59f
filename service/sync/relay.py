"""The relay: from the outbox to the connections that want to hear, once, in order per subject."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from service.database.base import new_id
from service.database.pair_sets import one_of_pairs
from service.database.upsert import insert_into
from service.exceptions.queue import Closing, ExceptionState, close, open_exceptions
from service.sync.collapse import Told, sort_out
from service.sync.connections import (
    FORECAST_PUBLISHED,
    OUTLOOK_CHANGED,
    connections,
    subscribes,
)
from service.sync.echoes import is_echo
from service.sync.tables import ConnectionRow
from service.work import stale_outlooks
from service.work.deliveries import SUBJECT_TYPE, Status
from service.work.tables import DeliveryRow, OutboxRow

PER_PASS = 500
DOCUMENTS = (OUTLOOK_CHANGED, FORECAST_PUBLISHED)
"""Events that tell all there is to say of their subject: only the newest matters."""

_RELAY_LOCK = 0x50_45_47_02
"""Number of the advisory lock (PostgreSQL) under which one relay at a time routes."""


def relay(session: Session, now: datetime) -> int:
    """Route what may be told by now; returns how many events are through.

    Each becomes one delivery per subscribed connection. Where another relay is at work, nothing
    is done. The outlooks that proposals went into are marked to be told anew.
    """
    if not _alone(session):
        return 0
    through: list[OutboxRow] = []
    told: list[Told] = []
    for events in _by_subject(session, now):
        sorted_out = sort_out(events, now)
        through.extend(sorted_out.through)
        told.extend(sorted_out.told)
    stale_outlooks.mark(session, _planned_keys(through), now)
    _deliver_to(session, connections(session), told, now)
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.event_id.in_([event.event_id for event in through]))
        .values(routed_at=now)
        .execution_options(synchronize_session=False)
    )
    return len(through)


def _alone(session: Session) -> bool:
    """On SQLite a writing transaction is alone anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_RELAY_LOCK))))


def _by_subject(session: Session, now: datetime) -> Iterable[Sequence[OutboxRow]]:
    """All that is not routed of the subjects whose turn it is, each in its order."""
    earlier = aliased(OutboxRow)
    held_back = (
        select(earlier.event_id)
        .where(
            earlier.subject == OutboxRow.subject,
            earlier.routed_at.is_(None),
            earlier.event_id < OutboxRow.event_id,
            earlier.release_not_before > now,
        )
        .exists()
    )
    released = or_(OutboxRow.release_not_before.is_(None), OutboxRow.release_not_before <= now)
    due = session.scalars(
        select(OutboxRow.subject)
        .where(OutboxRow.routed_at.is_(None), released, ~held_back)
        .order_by(OutboxRow.event_id)
        .limit(PER_PASS)
    )
    subjects: defaultdict[str, list[OutboxRow]] = defaultdict(list)
    for event in session.scalars(
        select(OutboxRow)
        .where(OutboxRow.routed_at.is_(None), OutboxRow.subject.in_(set(due)))
        .order_by(OutboxRow.event_id)
    ):
        subjects[event.subject].append(event)
    return subjects.values()


def _planned_keys(events: Iterable[OutboxRow]) -> set[tuple[str, str]]:
    bodies = [event.body for event in events if event.type.startswith("proposal.")]
    return {
        (body["item_id"], body["location_id"])
        for body in bodies
        if body.get("item_id") and body.get("location_id")
    }


def _deliver_to(
    session: Session, rows: Iterable[ConnectionRow], told: Sequence[Told], now: datetime
) -> None:
    for connection in rows:
        wanted = [
            one
            for one in told
            if subscribes(connection, one.type, one.event.body)
            and not is_echo(connection.name, one.type, one.event.body)
        ]
        documents = {(one.type, one.event.subject): one for one in wanted if one.type in DOCUMENTS}
        others = [one for one in wanted if one.type not in DOCUMENTS]
        supersede(session, connection.name, documents, now)
        _add(session, connection.name, [*others, *documents.values()], now)


def supersede(
    session: Session, connection: str, newer: Collection[tuple[str, str]], now: datetime
) -> None:
    """What waits, or failed, about these (type, subject) is needless: there is something newer."""
    if not newer:
        return
    needless = session.scalars(
        update(DeliveryRow)
        .where(
            DeliveryRow.connection == connection,
            one_of_pairs(session, (DeliveryRow.type, DeliveryRow.subject), newer),
            DeliveryRow.status.in_([Status.WAITING, Status.FAILED]),
        )
        .values(status=Status.SUPERSEDED)
        .returning(DeliveryRow.delivery_id)
        .execution_options(synchronize_session=False)
    ).all()
    end_exceptions(session, connection, needless, now)


def end_exceptions(
    session: Session, connection: str, delivery_ids: Collection[UUID], now: datetime
) -> None:
    """Close the exceptions about deliveries that need no try any more."""
    keys = [str(delivery_id) for delivery_id in delivery_ids]
    waiting = open_exceptions(session, SUBJECT_TYPE, connection, keys) if keys else {}
    if waiting:
        why = Closing(ExceptionState.REPLAYED, connection, "superseded by what is newer")
        close(session, list(waiting.values()), why, now)


def _add(session: Session, connection: str, told: Sequence[Told], now: datetime) -> None:
    rows: list[dict[str, Any]] = [
        {
            "delivery_id": new_id(),
            "connection": connection,
            "event_id": one.event.event_id,
            "type": one.type,
            "subject": one.event.subject,
            "status": Status.WAITING,
            "attempts": 0,
            "due_at": now,
            "created_at": now,
        }
        for one in told
    ]
    if rows:
        fresh = insert_into(session, DeliveryRow)
        session.connection().execute(
            fresh.on_conflict_do_nothing(index_elements=("connection", "event_id")), rows
        )
