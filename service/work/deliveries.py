"""Deliveries: events on their way to those who want to hear of them.

What is open holds back what comes later about the same subject to the same connection.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.work.tables import DeliveryRow

SUBJECT_TYPE = "delivery"
"""What exceptions about deliveries are about."""


class Status(StrEnum):
    """Where a delivery stands.

    ``failed``: the system said no, a person must look. ``superseded``: something newer made it
    needless. ``abandoned``: a person gave it up.
    """

    WAITING = "waiting"
    LEASED = "leased"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    ABANDONED = "abandoned"


OPEN = (Status.WAITING, Status.LEASED, Status.FAILED)


def retry(session: Session, delivery_ids: Collection[UUID], now: datetime) -> int:
    """Let failed deliveries, and those that wait for their next try, be tried now; how many."""
    again = session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.delivery_id.in_(delivery_ids),
            DeliveryRow.status.in_([Status.FAILED, Status.WAITING]),
        )
        .values(status=Status.WAITING, due_at=now)
        .returning(DeliveryRow.delivery_id)
        .execution_options(synchronize_session=False)
    )
    return len(again.all())
