"""How it goes with the connected systems, for people."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.sync.connections import connections
from service.sync.hand_offs import ON_THE_WAY
from service.sync.tables import ConnectionRow, HandOffRow, PollRow
from service.work.deliveries import OPEN, Status
from service.work.tables import DeliveryRow

MOST_SHOWN = 50


@dataclass(frozen=True)
class Standing:
    """A connection and what waits for it.

    ``waiting`` counts what is to be told and what is to be handed over; ``oldest`` is when the
    oldest event to be told came up; ``read`` is how far it was read, None if it never was.
    """

    connection: ConnectionRow
    waiting: int
    failed: int
    handing_over: int
    oldest: datetime | None
    read: PollRow | None
    troubled: list[DeliveryRow] = field(default_factory=list)
    """Failed ones, and those that were tried and wait: the oldest, at most ``MOST_SHOWN``."""


def standings(session: Session) -> list[Standing]:
    """One per connection, by name."""
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    oldest: dict[str, datetime] = {}
    for name, status, number, since in session.execute(
        select(
            DeliveryRow.connection,
            DeliveryRow.status,
            func.count(),
            func.min(DeliveryRow.created_at),
        )
        .where(DeliveryRow.status.in_(OPEN))
        .group_by(DeliveryRow.connection, DeliveryRow.status)
    ):
        counts[name, status] = number
        oldest[name] = min(since, oldest.get(name, since))
    on_the_way = _on_the_way(session)
    reads = {row.connection: row for row in session.scalars(select(PollRow))}
    return [
        Standing(
            connection=row,
            waiting=counts[row.name, Status.WAITING] + counts[row.name, Status.LEASED],
            failed=counts[row.name, Status.FAILED],
            handing_over=on_the_way.get(row.name, 0),
            oldest=oldest.get(row.name),
            read=reads.get(row.name),
            troubled=troubled(session, row.name),
        )
        for row in connections(session)
    ]


def troubled(session: Session, connection: str, limit: int = MOST_SHOWN) -> list[DeliveryRow]:
    """Deliveries that were tried in vain, failed ones first, then the oldest."""
    return list(
        session.scalars(
            select(DeliveryRow)
            .where(
                DeliveryRow.connection == connection,
                DeliveryRow.status.in_(OPEN),
                DeliveryRow.last_failure.is_not(None),
            )
            .order_by(DeliveryRow.status != Status.FAILED, DeliveryRow.event_id)
            .limit(limit)
        )
    )


def _on_the_way(session: Session) -> dict[str, int]:
    counted = session.execute(
        select(HandOffRow.connection, func.count())
        .where(HandOffRow.status.in_(ON_THE_WAY))
        .group_by(HandOffRow.connection)
    )
    return {row[0]: row[1] for row in counted}
