"""Rows that are right in themselves but refer to something unknown: kept until it is known.

An object has at most one open exception here. It follows the object's newest version, and it
ends by itself when that version, or a newer one, is taken.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.exceptions.queue import (
    Closing,
    ExceptionState,
    Finding,
    close,
    raise_exceptions,
    refine,
)
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import CanonicalRow, Removal
from service.feeds.code_names import name_of
from service.feeds.code_sets import one_of
from service.feeds.placing import Delivery, UnusableRow
from service.feeds.row_reading import flat_row
from service.feeds.subjects import Subject


@dataclass(frozen=True)
class OpenException:
    """An exception that waits, and the version of the object that it is about."""

    exception_id: UUID
    kind: str
    version: int


def open_of(
    session: Session, subject: Subject, delivery: Delivery, rows: Sequence[CanonicalRow | Removal]
) -> dict[str, OpenException]:
    """The open exceptions about the objects of ``rows``, by subject key."""
    keys = {subject_key(subject, row) for row in rows}
    return open_about(session, subject.name, delivery.system, keys)


def open_about(
    session: Session, subject_type: str, system: str, keys: Collection[str]
) -> dict[str, OpenException]:
    """The open exceptions about the subjects with these ``keys``."""
    waiting = select(
        ExceptionRow.subject_key,
        ExceptionRow.exception_id,
        ExceptionRow.kind,
        ExceptionRow.subject_version,
    ).where(
        ExceptionRow.subject_type == subject_type,
        ExceptionRow.system == system,
        ExceptionRow.state == ExceptionState.OPEN,
    )
    if session.execute(waiting.limit(1)).first() is None:
        return {}
    return {
        row[0]: OpenException(row[1], row[2], row[3])
        for row in session.execute(waiting.where(one_of(session, ExceptionRow.subject_key, keys)))
    }


def keep(
    session: Session,
    findings: Sequence[Finding],
    waiting: Mapping[str, OpenException],
    now: datetime,
) -> list[UUID]:
    """Keep ``findings`` as exceptions and return their ids; an object's open one says it now."""
    refined = {}
    fresh = []
    for finding in findings:
        known = waiting.get(finding.subject_key)
        if known is None or known.kind == finding.kind:
            fresh.append(finding)
        elif known.version <= finding.version:
            refined[id(finding)] = refine(session, known.exception_id, finding, now)
        else:
            refined[id(finding)] = known.exception_id
    ids = iter(raise_exceptions(session, fresh, now) if fresh else [])
    return [refined.get(id(finding)) or next(ids) for finding in findings]


def settle(
    session: Session,
    taken: Mapping[str, int],
    waiting: Mapping[str, OpenException],
    delivery: Delivery,
) -> None:
    """End the exceptions of objects whose version, here by subject key, was taken."""
    over = [
        waiting[key].exception_id
        for key, version in taken.items()
        if key in waiting and waiting[key].version <= version
    ]
    if over:
        closing = Closing(ExceptionState.REPLAYED, delivery.system, "The row was taken.")
        close(session, over, closing, delivery.now)


def finding_of(subject: Subject, row: CanonicalRow, unusable: UnusableRow) -> Finding:
    """What the exception queue is told of a row."""
    return Finding(
        kind=unusable.exception or unusable.fault.slug,
        subject_type=subject.name,
        system=row.source.system,
        subject_key=subject_key(subject, row),
        payload=flat_row(row),
        detail=unusable.fault.detail,
        remedy=unusable.fault.remedy,
        version=version_of(row),
    )


def subject_key(subject: Subject, row: CanonicalRow | Removal) -> str:
    """The object's name in the exception queue: the sender's codes."""
    if subject.is_line:
        return row.source.native_id
    codes = row.key if isinstance(row, Removal) else vars(row)
    return name_of(*(str(codes[name]) for name in subject.key))


def version_of(row: CanonicalRow | Removal) -> int:
    """The time of change in milliseconds since 1970; 0 where the sender gives none."""
    changed_at = row.source.changed_at
    return int(changed_at.timestamp() * 1000) if changed_at else 0
