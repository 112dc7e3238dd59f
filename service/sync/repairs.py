"""What people do about deliveries that failed: have them tried again, or give them up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.exceptions.queue import Closing, ExceptionState, close, open_exceptions
from service.sync.tables import ConnectionRow
from service.work.deliveries import SUBJECT_TYPE, Status, retry
from service.work.tables import DeliveryRow


@dataclass(frozen=True)
class Repairer:
    """Who repairs, and why."""

    login: str
    reason: str = ""


def try_again(
    session: Session, delivery_ids: Collection[UUID], who: Repairer, now: datetime
) -> int:
    """Let these deliveries be tried now, also where the system was left in peace; how many."""
    connections = _connections(session, delivery_ids)
    session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.name.in_(connections.values()))
        .values(quiet_until=None)
        .execution_options(synchronize_session=False)
    )
    closing = Closing(ExceptionState.REPLAYED, who.login, "delivered again")
    _close(session, connections, closing, now)
    return retry(session, delivery_ids, now)


def give_up(session: Session, delivery_id: UUID, who: Repairer, now: datetime) -> bool:
    """Tell it no more; the reason is kept, and what follows about its subject goes on.

    False if it is under way or over.
    """
    given_up = session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.delivery_id == delivery_id,
            DeliveryRow.status.in_([Status.WAITING, Status.FAILED]),
        )
        .values(status=Status.ABANDONED, last_detail=f"{who.login}: {who.reason}"[:1000])
        .returning(DeliveryRow.delivery_id)
        .execution_options(synchronize_session=False)
    ).first()
    if given_up is None:
        return False
    closing = Closing(ExceptionState.DISCARDED, who.login, who.reason)
    _close(session, _connections(session, [delivery_id]), closing, now)
    return True


def failed_of(session: Session, connection: str) -> list[UUID]:
    """The failed deliveries of a connection, oldest first."""
    return list(
        session.scalars(
            select(DeliveryRow.delivery_id)
            .where(DeliveryRow.connection == connection, DeliveryRow.status == Status.FAILED)
            .order_by(DeliveryRow.event_id)
        )
    )


def _connections(session: Session, delivery_ids: Collection[UUID]) -> dict[UUID, str]:
    found = session.execute(
        select(DeliveryRow.delivery_id, DeliveryRow.connection).where(
            DeliveryRow.delivery_id.in_(delivery_ids)
        )
    )
    return {row.delivery_id: row.connection for row in found}


def _close(session: Session, connections: dict[UUID, str], closing: Closing, now: datetime) -> None:
    for name in sorted(set(connections.values())):
        keys = [str(one) for one, connection in connections.items() if connection == name]
        waiting = open_exceptions(session, SUBJECT_TYPE, name, keys)
        close(session, list(waiting.values()), closing, now)
