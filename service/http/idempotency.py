"""Asking twice is like asking once: the stored answer of a mutating request."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.database.retry import write_again
from service.database.upsert import insert_into
from service.http.problems import Problem
from service.work.tables import IdempotencyRow

Answer = tuple[int, dict[str, Any]]
"""Status and JSON body."""

_UNANSWERED = 0
"""Status of a key whose request is still at work; never seen outside of its transaction."""


def digest_of(document: Any) -> str:
    """SHA-256 of the canonical JSON (RFC 8785) of ``document``."""
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def answer_once(
    context: ServiceContext,
    request: tuple[str, str, str | None],
    document: Any,
    produce: Callable[[Session], Answer],
) -> Answer:
    """Run ``produce`` in one transaction with the record of its answer, then ring the worker.

    ``request`` is (principal, route, idempotency key or None). The same key with the same
    document returns the stored answer; with another document it is refused (422). Where the
    database gives the transaction up for another, ``produce`` is run again in a new one.
    """
    answer, is_new = write_again(
        context.database,
        lambda session: _answered(session, request, document, produce, context.clock()),
    )
    if is_new:
        context.ring()
    return answer


def _answered(
    session: Session,
    request: tuple[str, str, str | None],
    document: Any,
    produce: Callable[[Session], Answer],
    now: datetime,
) -> tuple[Answer, bool]:
    """The answer, and whether it was produced just now."""
    principal, route, key = request
    if key is None:
        return produce(session), True
    row = IdempotencyRow(principal=principal, route=route, key=key, digest=digest_of(document))
    if not _reserve(session, row, now):
        return _stored_answer(session, row), False
    answer = produce(session)
    _keep_answer(session, row, answer)
    return answer, True


def _same(row: IdempotencyRow) -> Any:
    return and_(
        IdempotencyRow.principal == row.principal,
        IdempotencyRow.route == row.route,
        IdempotencyRow.key == row.key,
    )


def _reserve(session: Session, row: IdempotencyRow, now: datetime) -> bool:
    """Take the key for this transaction; False if it has an answer already.

    Of two requests at the same time the second waits here until the first has committed (then
    it finds the answer) or failed (then the key is its own).
    """
    reserved = insert_into(session, IdempotencyRow).values(
        principal=row.principal,
        route=row.route,
        key=row.key,
        digest=row.digest,
        status=_UNANSWERED,
        answer={},
        created_at=now,
    )
    taken = session.execute(reserved.on_conflict_do_nothing().returning(IdempotencyRow.key))
    return taken.first() is not None


def _keep_answer(session: Session, row: IdempotencyRow, answer: Answer) -> None:
    session.execute(
        update(IdempotencyRow)
        .where(_same(row))
        .values(status=answer[0], answer=answer[1])
        .execution_options(synchronize_session=False)
    )


def _stored_answer(session: Session, row: IdempotencyRow) -> Answer:
    stored = session.scalars(select(IdempotencyRow).where(_same(row))).one()
    if stored.digest != row.digest:
        raise Problem(
            422,
            "idempotency-key-reused",
            "This Idempotency-Key was used for another request",
            remedy="Use a new key for a new request.",
        )
    return stored.status, stored.answer
