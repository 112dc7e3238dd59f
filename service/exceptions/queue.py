"""The exception queue: what cannot be used yet, kept until somebody repairs or discards it."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from service.database.base import new_id
from service.database.upsert import insert_into
from service.exceptions.tables import ExceptionRow

_LONGEST_KEY = 200
_LONGEST_TEXT = 1000
_PER_STATEMENT = 500
_IDENTITY = ("kind", "subject_type", "system", "subject_key")
_KEPT = ("exception_id", "state", "opened_at", *_IDENTITY)

Identity = tuple[str, str, str, str]
"""kind, subject_type, system, subject_key: while open, the same exception."""


class ExceptionState(StrEnum):
    """What became of an exception."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Finding:
    """What is wrong with which subject, and all that is needed to use it once it is mended.

    ``payload`` is the subject as canonical JSON, decimals as strings. ``version`` is the
    subject's own; a finding about an older version leaves the payload of a newer one alone.
    """

    kind: str
    subject_type: str
    system: str
    subject_key: str
    payload: dict[str, Any]
    detail: str
    remedy: str
    version: int = 0

    @property
    def identity(self) -> Identity:
        """By what an open exception is recognised; a key that is too long ends in its digest."""
        key = self.subject_key
        if len(key) > _LONGEST_KEY:
            digest = hashlib.sha256(key.encode()).hexdigest()
            key = f"{key[: _LONGEST_KEY - len(digest) - 1]}#{digest}"
        return self.kind, self.subject_type, self.system, key


@dataclass(frozen=True)
class Closing:
    """How an exception ends, by whom and why."""

    state: ExceptionState
    who: str
    why: str


def raise_exception(session: Session, finding: Finding, now: datetime) -> UUID:
    """Open an exception, or update the one that is open for the same subject; returns its id."""
    return raise_exceptions(session, [finding], now)[0]


def raise_exceptions(session: Session, findings: Sequence[Finding], now: datetime) -> list[UUID]:
    """Open or update one exception per finding, all at once; their ids."""
    if not findings:
        return []
    newest: dict[Identity, Finding] = {}
    for finding in findings:
        known = newest.get(finding.identity)
        if known is None or known.version <= finding.version:
            newest[finding.identity] = finding
    # Written in the order of their identities, so that concurrent writers do not lock crosswise.
    rows = [_row(newest[identity], now) for identity in sorted(newest)]
    insert = insert_into(session, ExceptionRow)
    changed = {name: insert.excluded[name] for name in rows[0] if name not in _KEPT}
    session.execute(
        insert.on_conflict_do_update(
            index_elements=_IDENTITY,
            index_where=text("state = 'open'"),
            set_=changed,
            where=ExceptionRow.subject_version <= insert.excluded.subject_version,
        ),
        rows,
    )
    ids = _open_ids(session, newest)
    return [ids[finding.identity] for finding in findings]


def open_exceptions(
    session: Session, subject_type: str, system: str, subject_keys: Collection[str]
) -> dict[str, UUID]:
    """The newest open exception of each of these subjects, where there is one."""
    rows = session.execute(
        select(ExceptionRow.subject_key, ExceptionRow.exception_id)
        .where(
            ExceptionRow.subject_type == subject_type,
            ExceptionRow.system == system,
            ExceptionRow.subject_key.in_(subject_keys),
            ExceptionRow.state == ExceptionState.OPEN,
        )
        .order_by(ExceptionRow.exception_id)
    )
    return {row[0]: row[1] for row in rows}


def refine(session: Session, exception_id: UUID, finding: Finding, now: datetime) -> UUID:
    """A replay failed: the open exception says what is wrong now; returns where it is kept.

    Where another open exception says the same already, that one is updated and this one closed.
    """
    kept = _open_ids(session, [finding.identity]).get(finding.identity, exception_id)
    if kept != exception_id:
        raise_exception(session, finding, now)
        merged = Closing(ExceptionState.REPLAYED, "replay", f"merged into exception {kept}")
        close(session, [exception_id], merged, now)
        return kept
    row = _row(finding, now)
    values = {name: row[name] for name in row if name not in ("exception_id", "state", "opened_at")}
    session.execute(_open_row(exception_id).values(**values))
    return exception_id


def close(
    session: Session, exception_ids: Collection[UUID], closing: Closing, now: datetime
) -> int:
    """Close those of these exceptions that are open; returns how many that were."""
    closed = session.execute(
        update(ExceptionRow)
        .where(
            ExceptionRow.exception_id.in_(exception_ids), ExceptionRow.state == ExceptionState.OPEN
        )
        .values(
            state=closing.state,
            closed_at=now,
            closed_by=closing.who,
            note=closing.why[:_LONGEST_TEXT],
        )
        .returning(ExceptionRow.exception_id)
        .execution_options(synchronize_session=False)
    )
    return len(closed.all())


def conclude(session: Session, exception_id: UUID, closing: Closing, now: datetime) -> None:
    """Close an exception, also where its replay has just ended it: whose replay is kept."""
    session.execute(
        update(ExceptionRow)
        .where(
            ExceptionRow.exception_id == exception_id,
            ExceptionRow.state != ExceptionState.DISCARDED,
        )
        .values(
            state=closing.state,
            closed_at=now,
            closed_by=closing.who,
            note=closing.why[:_LONGEST_TEXT],
        )
        .execution_options(synchronize_session=False)
    )


def _open_row(exception_id: UUID) -> Any:
    return (
        update(ExceptionRow)
        .where(ExceptionRow.exception_id == exception_id, ExceptionRow.state == ExceptionState.OPEN)
        .execution_options(synchronize_session=False)
    )


def _open_ids(session: Session, identities: Collection[Identity]) -> dict[Identity, UUID]:
    keys = sorted({identity[3] for identity in identities})
    found: dict[Identity, UUID] = {}
    for start in range(0, len(keys), _PER_STATEMENT):
        rows = session.execute(
            select(
                ExceptionRow.kind,
                ExceptionRow.subject_type,
                ExceptionRow.system,
                ExceptionRow.subject_key,
                ExceptionRow.exception_id,
            ).where(
                ExceptionRow.subject_type.in_({identity[1] for identity in identities}),
                ExceptionRow.system.in_({identity[2] for identity in identities}),
                ExceptionRow.subject_key.in_(keys[start : start + _PER_STATEMENT]),
                ExceptionRow.state == ExceptionState.OPEN,
            )
        )
        found.update({(row[0], row[1], row[2], row[3]): row[4] for row in rows})
    return found


def _row(finding: Finding, now: datetime) -> dict[str, Any]:
    kind, subject_type, system, subject_key = finding.identity
    return {
        "exception_id": new_id(),
        "kind": kind,
        "subject_type": subject_type,
        "system": system,
        "subject_key": subject_key,
        "subject_version": finding.version,
        "payload": finding.payload,
        "detail": finding.detail[:_LONGEST_TEXT],
        "remedy": finding.remedy[:_LONGEST_TEXT],
        "state": ExceptionState.OPEN,
        "opened_at": now,
    }
