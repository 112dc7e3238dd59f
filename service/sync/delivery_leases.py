"""Deliveries are leased before a call and settled after it.

A lease that its holder does not settle in time runs out, and whoever leases the delivery then
holds a new one: what the former holder settles later changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session, aliased

from adapters.canonical.outlook import OutgoingEvent
from adapters.ports import Failure, WriteResult, Written
from service.database.base import new_id
from service.exceptions.queue import Finding, raise_exceptions
from service.sync.back_off import wait_after
from service.sync.echoes import without_echo
from service.sync.relay import DOCUMENTS
from service.work.deliveries import OPEN, SUBJECT_TYPE, Status
from service.work.tables import DeliveryRow, OutboxRow

LEASE = timedelta(minutes=10)
"""Longer than all calls for one batch may take together."""

_LONGEST_DETAIL = 1000
_REMEDY = (
    "Mend the cause in that system or in the connection, then replay. Until then nothing later "
    "about this subject is told to it; 'replenish deliveries abandon' gives this one up."
)


@dataclass(frozen=True)
class Leased:
    """A delivery in hand: the event as it is told, and under which lease."""

    delivery_id: UUID
    lease: UUID
    attempts: int
    event: OutgoingEvent

    @property
    def is_document(self) -> bool:
        """Whether a newer one about the same subject makes it needless."""
        return self.event.type in DOCUMENTS


def lease_due(session: Session, connection: str, limit: int, now: datetime) -> list[Leased]:
    """Lease what is due for ``connection``, oldest first; of each subject only its first."""
    found = session.execute(
        select(DeliveryRow, OutboxRow)
        .join(OutboxRow, OutboxRow.event_id == DeliveryRow.event_id)
        .where(DeliveryRow.connection == connection, _is_due(now), ~_has_earlier())
        .order_by(DeliveryRow.event_id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=DeliveryRow)
    ).all()
    lease = new_id()
    for row, _ in found:
        row.status = Status.LEASED
        row.lease = lease
        row.leased_until = now + LEASE
        row.attempts += 1
    session.flush()
    return [Leased(row.delivery_id, lease, row.attempts, _told(row, event)) for row, event in found]


def connections_with_due(session: Session, now: datetime) -> set[str]:
    """The connections that something is due for."""
    return set(session.scalars(select(DeliveryRow.connection).where(_is_due(now)).distinct()))


def _is_due(now: datetime) -> Any:
    return or_(
        and_(DeliveryRow.status == Status.WAITING, DeliveryRow.due_at <= now),
        and_(DeliveryRow.status == Status.LEASED, DeliveryRow.leased_until <= now),
    )


def _has_earlier() -> Any:
    earlier = aliased(DeliveryRow)
    return (
        select(earlier.delivery_id)
        .where(
            earlier.connection == DeliveryRow.connection,
            earlier.subject == DeliveryRow.subject,
            earlier.event_id < DeliveryRow.event_id,
            earlier.status.in_(OPEN),
        )
        .exists()
    )


def _told(row: DeliveryRow, event: OutboxRow) -> OutgoingEvent:
    return OutgoingEvent(
        event_id=str(event.event_id),
        type=row.type,
        schema_version=event.schema_version,
        subject=event.subject,
        occurred_at=event.occurred_at,
        body=without_echo(row.connection, row.type, event.body),
    )


def settle(
    session: Session,
    connection: str,
    leased: Sequence[Leased],
    answers: Mapping[UUID, Written],
    now: datetime,
) -> None:
    """Record what came of ``leased``; what stands under another lease by now is left alone.

    What the system says no to becomes an exception, unless something newer makes it needless.
    """
    findings = []
    for one in leased:
        answer = answers[one.delivery_id]
        values = _outcome(session, connection, one, answer, now)
        settled = session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.delivery_id == one.delivery_id, DeliveryRow.lease == one.lease)
            .values(lease=None, leased_until=None, **values)
            .returning(DeliveryRow.delivery_id)
            .execution_options(synchronize_session=False)
        ).first()
        if settled and values["status"] == Status.FAILED:
            findings.append(_finding(connection, one, answer))
    raise_exceptions(session, findings, now)


def _outcome(
    session: Session, connection: str, one: Leased, answer: Written, now: datetime
) -> dict[str, Any]:
    if answer.result is not WriteResult.FAILED:
        native_id = answer.native_id and answer.native_id[:200]
        return {
            "status": Status.DELIVERED,
            "native_id": native_id,
            "delivered_at": now,
            "last_failure": None,
            "last_detail": None,
        }
    failure = answer.failure or Failure.AMBIGUOUS
    told = {"last_failure": failure.value, "last_detail": answer.detail[:_LONGEST_DETAIL]}
    if one.is_document and (failure is Failure.CONFLICT or _has_newer(session, connection, one)):
        return {**told, "status": Status.SUPERSEDED}
    if failure in {Failure.REJECTED, Failure.CONFLICT} and not answer.unwanted:
        return {**told, "status": Status.FAILED}
    # Events and documents keep their identity, so what may have arrived is safe to repeat.
    due_at = now + wait_after(one.attempts, answer.retry_after)
    return {**told, "status": Status.WAITING, "due_at": due_at}


def _has_newer(session: Session, connection: str, one: Leased) -> bool:
    newer = select(DeliveryRow.delivery_id).where(
        DeliveryRow.connection == connection,
        DeliveryRow.subject == one.event.subject,
        DeliveryRow.type == one.event.type,
        DeliveryRow.event_id > UUID(one.event.event_id),
    )
    return session.scalar(newer.limit(1)) is not None


def _finding(connection: str, one: Leased, answer: Written) -> Finding:
    return Finding(
        kind="delivery_failed",
        subject_type=SUBJECT_TYPE,
        system=connection,
        subject_key=str(one.delivery_id),
        payload=one.event.model_dump(mode="json"),
        detail=f"{connection} did not take {one.event.type} of {one.event.subject}: "
        f"{answer.detail}",
        remedy=_REMEDY,
    )
