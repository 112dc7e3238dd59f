"""Asking twice is like asking once: the stored answer of a mutating request."""

import hashlib
from collections.abc import Callable
from typing import Any

import rfc8785
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.http.problems import Problem
from service.work.tables import IdempotencyRow

Answer = tuple[int, dict[str, Any]]
"""Status and JSON body."""


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
    document returns the stored answer; with another document it is refused (422).
    """
    principal, route, key = request
    digest = digest_of(document)
    with context.database.write() as session:
        if key is None:
            answer = produce(session)
        else:
            stored = session.get(IdempotencyRow, (principal, route, key))
            if stored is not None:
                return _stored_answer(stored, digest)
            answer = produce(session)
            session.add(
                IdempotencyRow(
                    principal=principal,
                    route=route,
                    key=key,
                    digest=digest,
                    status=answer[0],
                    answer=answer[1],
                    created_at=context.clock(),
                )
            )
    context.ring()
    return answer


def _stored_answer(stored: IdempotencyRow, digest: str) -> Answer:
    if stored.digest != digest:
        raise Problem(
            422,
            "idempotency-key-reused",
            "This Idempotency-Key was used for another request",
            remedy="Use a new key for a new request.",
        )
    return stored.status, stored.answer
