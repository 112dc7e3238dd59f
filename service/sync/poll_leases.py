"""How far a connection has been read, who reads it now, and what was taken of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from adapters.ports import IncomingBatch, IntakeReport
from service.database.base import new_id
from service.database.upsert import upsert
from service.sync.back_off import wait_after
from service.sync.tables import PollRow, TakenBatchRow
from service.sync.taking import report_from_json, report_to_json

LEASE = timedelta(minutes=10)
"""Longer than reading and taking a few batches may take together."""

_LONGEST_DETAIL = 1000


@dataclass(frozen=True)
class Unsettled:
    """A batch that was taken and whose sender may not know it yet."""

    reference: str
    cursor_before: str | None
    report: IntakeReport


class LostLeaseError(Exception):
    """Another process reads this connection by now."""


def is_due(session: Session, connection: str, now: datetime) -> bool:
    """Whether the connection is to be read now."""
    due_at = session.scalar(select(PollRow.due_at).where(PollRow.connection == connection))
    return due_at is None or due_at <= now


def lease_poll(session: Session, connection: str, now: datetime) -> tuple[UUID, str | None] | None:
    """Be the one who reads: the lease and the cursor; None if it is not due, or another reads."""
    fresh = {"connection": connection, "due_at": now, "failures": 0}
    upsert(session, PollRow, [fresh], key=("connection",), keep=("due_at", "failures"))
    lease = new_id()
    leased = session.execute(
        update(PollRow)
        .where(PollRow.connection == connection, PollRow.due_at <= now)
        .values(lease=lease, due_at=now + LEASE)
        .returning(PollRow.cursor)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if leased is None else (lease, leased.cursor)


def give_back(
    session: Session, connection: str, lease: UUID, wait: timedelta, now: datetime
) -> None:
    """The system answered, and is read again after ``wait``."""
    values = {"lease": None, "due_at": now + wait, "failures": 0, "last_trouble": None}
    session.execute(_leased(connection, lease).values(**values, read_at=now))


def note_poll_trouble(
    session: Session,
    connection: str,
    lease: UUID,
    trouble: tuple[str, timedelta | None],
    now: datetime,
) -> None:
    """Reading failed; ``trouble`` is what was said, and the wait that was asked for."""
    detail, asked = trouble
    failures = session.scalar(
        _leased(connection, lease)
        .values(failures=PollRow.failures + 1, last_trouble=detail[:_LONGEST_DETAIL], lease=None)
        .returning(PollRow.failures)
    )
    if failures is not None:
        session.execute(
            update(PollRow)
            .where(PollRow.connection == connection)
            .values(due_at=now + wait_after(failures, asked))
            .execution_options(synchronize_session=False)
        )


def unsettled(session: Session, connection: str) -> Unsettled | None:
    """The batch that was taken last, if it was not settled; there is at most one."""
    row = session.scalar(
        select(TakenBatchRow)
        .where(TakenBatchRow.connection == connection, TakenBatchRow.settled_at.is_(None))
        .limit(1)
    )
    if row is None:
        return None
    return Unsettled(row.reference, row.cursor_before, report_from_json(row.report))


def known_report(session: Session, connection: str, reference: str) -> IntakeReport | None:
    """What was reported of the batch, if it was taken before."""
    row = session.get(TakenBatchRow, (connection, reference))
    return None if row is None else report_from_json(row.report)


def remember(
    session: Session,
    connection: str,
    taken: tuple[IncomingBatch, IntakeReport],
    cursor_before: str | None,
    now: datetime,
) -> None:
    """Keep that the batch was taken, and its report."""
    batch, report = taken
    session.add(
        TakenBatchRow(
            connection=connection,
            reference=batch.reference,
            kind=batch.kind.value,
            cursor_before=cursor_before,
            report=report_to_json(report),
            taken_at=now,
        )
    )


def move_cursor(session: Session, connection: str, lease: UUID, cursor: str | None) -> None:
    """Read on from ``cursor``; raises LostLeaseError if another reads by now."""
    moved = session.execute(
        _leased(connection, lease).values(cursor=cursor).returning(PollRow.connection)
    )
    if moved.first() is None:
        raise LostLeaseError(connection)


def settled(session: Session, connection: str, reference: str, now: datetime) -> None:
    """The sender knows what became of the batch."""
    session.execute(
        update(TakenBatchRow)
        .where(TakenBatchRow.connection == connection, TakenBatchRow.reference == reference)
        .values(settled_at=now)
        .execution_options(synchronize_session=False)
    )


def _leased(connection: str, lease: UUID) -> Any:
    return (
        update(PollRow)
        .where(PollRow.connection == connection, PollRow.lease == lease)
        .execution_options(synchronize_session=False)
    )
