"""HTTP: connected systems tell us by signed webhooks (Standard Webhooks 1.0)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from adapters.canonical.identity import Canonical
from adapters.ports import FlatRow, IncomingBatch, IncomingKind
from service.context import ServiceContext
from service.http.bodies import RawJsonBody, described, plain, schema_of
from service.http.context import Context
from service.http.idempotency import Answer, answer_once
from service.http.problems import Problem
from service.http.strict_json import parsed
from service.http.strict_reading import validated
from service.signals.intake import take as take_signals
from service.sync.connections import kinds_of
from service.sync.signal_rows import own_signal
from service.sync.tables import ConnectionRow
from service.sync.takers import TAKERS
from service.sync.taking import report_of, report_to_json

router = APIRouter(tags=["webhooks"])

LARGEST_BATCH = 5000
_LONGEST_KEY = 128
_EXAMPLE = {
    "type": "stock_positions",
    "rows": [
        {
            "item_id": "21137",
            "location_id": "DC-UK",
            "on_hand": "140",
            "as_of": "2011-08-29T06:00:00Z",
        }
    ],
}


class RowsBody(Canonical):
    """Rows of one kind; each is checked by itself, as over the route of its kind."""

    type: IncomingKind
    rows: list[Any] = Field(min_length=1, max_length=LARGEST_BATCH)


_BODY = {"anyOf": [schema_of(RowsBody), schema_of(DemandSignal)]}


@router.post("/v1/webhooks/{connection}", openapi_extra=described(_BODY, _EXAMPLE))
def post_webhook(
    context: Context,
    request: Request,
    connection: Annotated[str, Path(max_length=64)],
    raw: RawJsonBody,
    webhook_id: Annotated[str, Header(min_length=1, max_length=500)] = "",
) -> JSONResponse:
    """Take one demand signal, or rows of one kind, from a connected system.

    Instead of a key, the headers ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``
    tell who sends; the secret is that of `replenish connect http`. An answer of 2xx says that it
    is stored. The same ``webhook-id`` again gets the same answer and does nothing again.
    """
    if not context.outside.signed(connection, raw, dict(request.headers)):
        raise Problem(
            401,
            "signature-wrong",
            "No valid signature",
            "Nothing was changed.",
            remedy="Sign the raw body after Standard Webhooks with the secret of this connection, "
            "and send it within five minutes.",
        )
    sender = _Sender(context, connection, webhook_id)
    document = parsed(raw)
    has_rows = isinstance(document, dict) and "rows" in document
    produce = sender.rows(document) if has_rows else sender.signal(document)
    asked = (connection, "POST /v1/webhooks", sender.key)
    status, answer = answer_once(context, asked, plain(document), produce)
    return JSONResponse(answer, status)


@dataclass(frozen=True)
class _Sender:
    """A connected system whose signature was right, and the id of its message."""

    context: ServiceContext
    name: str
    webhook_id: str

    @property
    def key(self) -> str:
        """The message's id, or the digest of a long one."""
        if len(self.webhook_id) <= _LONGEST_KEY:
            return self.webhook_id
        return hashlib.sha256(self.webhook_id.encode()).hexdigest()

    def signal(self, document: Any) -> Callable[[Session], Answer]:
        """Take one demand signal."""
        self._check(IncomingKind.DEMAND_SIGNALS)
        signal = own_signal(self.name, document)

        def produce(session: Session) -> Answer:
            return 202, take_signals(session, [signal], self.context.clock())[0].to_json()

        return produce

    def rows(self, document: Any) -> Callable[[Session], Answer]:
        """Take rows of one kind; each is answered that was not taken."""
        body = validated(RowsBody, document)
        self._check(body.type)
        batch = IncomingBatch(
            self.key,
            body.type,
            [FlatRow(n, row) for n, row in enumerate(body.rows, 1) if isinstance(row, dict)],
            unreadable={
                n: "A row is a JSON object."
                for n, row in enumerate(body.rows, 1)
                if not isinstance(row, dict)
            },
        )
        take = TAKERS[body.type](self.name, batch)

        def produce(session: Session) -> Answer:
            taken = take(session, self.context.clock())
            return 200, report_to_json(report_of(batch.reference, taken))

        return produce

    def _check(self, kind: IncomingKind) -> None:
        """A 403 problem unless the system, in its roles, may tell us this."""
        with self.context.database.read() as session:
            row = session.get(ConnectionRow, self.name)
        if row is None or kind not in kinds_of(row.roles) or kind not in TAKERS:
            raise Problem(
                403,
                "kind-not-allowed",
                f"{self.name!r} does not tell {kind} here",
                "Nothing was changed.",
                remedy="Connect it in the role of a system that does.",
            )
