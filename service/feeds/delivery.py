"""From a request to a batch taken once, and its answer."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session

from service.access.api_keys import Scope, System
from service.context import ServiceContext
from service.feeds.batches import FeedBatch, FeedKind, RowResult
from service.feeds.bodies import BatchBody
from service.feeds.intake import take
from service.feeds.row_reading import read_row
from service.feeds.snapshots import find_snapshot
from service.http.bodies import JsonBody, plain
from service.http.context import Context
from service.http.idempotency import Answer, answer_once
from service.http.problems import Problem
from service.http.strict_reading import validated
from service.http.systems import IdempotencyKey, system_with

Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True)
class Sender:
    """Who asks, under which Idempotency-Key, and the JSON document that was sent."""

    context: ServiceContext
    system: System
    idempotency_key: str | None
    document: Any

    def body(self, model: type[Body]) -> Body:
        """The document as ``model``; its rows are left as they are."""
        return validated(model, self.document)

    def once(self, route: str, produce: Callable[[Session], Answer]) -> JSONResponse:
        """Answer with what ``produce`` returns, or with what it returned before."""
        request = (self.system.system, route, self.idempotency_key)
        status, body = answer_once(self.context, request, plain(self.document), produce)
        return JSONResponse(body, status)


def sender_with(*scopes: Scope) -> Callable[..., Sender]:
    """A dependency that lets a batch through only with a key that has one of ``scopes``."""

    def receive(
        context: Context,
        system: Annotated[System, Depends(system_with(*scopes))],
        document: JsonBody,
        idempotency_key: IdempotencyKey = None,
    ) -> Sender:
        return Sender(context, system, idempotency_key, document)

    return receive


FeedSender = Annotated[Sender, Depends(sender_with(Scope.FEEDS_WRITE))]
CodeSender = Annotated[Sender, Depends(sender_with(Scope.FEEDS_WRITE, Scope.EXCEPTIONS_WRITE))]
"""Who works off exceptions may say what a code means, too."""


def deliver(sender: Sender, kind: FeedKind, model: type[BatchBody]) -> JSONResponse:
    """Take the rows of what was sent, a ``model``, and answer each."""
    body = sender.body(model)
    refuse_other_system(sender, body.system)

    # Read before the transaction begins: on SQLite every other writer waits for its end.
    rows = [read_row(kind, body.system, raw, index) for index, raw in enumerate(body.rows)]
    batch = FeedBatch(body.system, kind, rows, body.part())

    def produce(session: Session) -> Answer:
        results = take(session, batch, sender.context.clock())
        return 200, {**answer_of(results), "snapshot": _standing(session, batch)}

    return sender.once(f"feeds/{kind}", produce)


def refuse_other_system(sender: Sender, system: str) -> None:
    """Raise a 403 problem unless the key speaks for the ``system`` that a batch is of."""
    if system != sender.system.system:
        raise Problem(
            403,
            "system-mismatch",
            "The key speaks for another system",
            f"The key is of {sender.system.system!r}, the batch of {system!r}.",
            remedy="Send each system's rows with that system's key.",
        )


def answer_of(results: Sequence[RowResult]) -> dict[str, Any]:
    """The results as JSON, with how many there are of each."""
    return {
        "counts": dict(Counter(str(result.result) for result in results)),
        "results": [
            {
                "row": result.row,
                "result": str(result.result),
                "problem": result.problem,
                "exception_id": str(result.exception_id) if result.exception_id else None,
            }
            for result in results
        ],
    }


def _standing(session: Session, batch: FeedBatch) -> dict[str, Any] | None:
    """How far the batch's snapshot has come."""
    if batch.snapshot is None:
        return None
    told = batch.snapshot.snapshot_id
    snapshot = find_snapshot(session, batch.system, batch.kind, told)
    if snapshot is None:
        return None
    known = range(1, (snapshot.last_part or max(snapshot.parts)) + 1)
    return {
        "id": told,
        "state": "closed" if snapshot.closed_at else "open",
        "parts": snapshot.parts,
        "missing": [part for part in known if part not in snapshot.parts],
        "gone": snapshot.gone_count,
        "absence_ignored": bool(snapshot.closed_at) and snapshot.gone_count is None,
    }
