"""Events leave with the change that caused them: same transaction, delivered later."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.work.tables import OutboxRow


@dataclass(frozen=True)
class Event:
    """Something that outside systems are told.

    ``body`` holds JSON values only, decimals as strings. An event is not delivered before
    ``release_not_before``.
    """

    type: str
    subject: str
    body: dict[str, Any]
    schema_version: int = 1
    release_not_before: datetime | None = None


def publish(session: Session, event: Event, now: datetime) -> None:
    """Put ``event`` into the outbox within the caller's transaction."""
    session.add(
        OutboxRow(
            type=event.type,
            schema_version=event.schema_version,
            subject=event.subject,
            body=event.body,
            occurred_at=now,
            release_not_before=event.release_not_before,
        )
    )


def release_earlier(session: Session, subject: str, moment: datetime) -> None:
    """What is kept back about ``subject`` for longer is told from ``moment`` on."""
    session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.subject == subject,
            OutboxRow.routed_at.is_(None),
            OutboxRow.release_not_before > moment,
        )
        .values(release_not_before=moment)
        .execution_options(synchronize_session="fetch")
    )
