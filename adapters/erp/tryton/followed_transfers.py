"""How transfers of ours stand: on the way, received, or refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.erp.tryton.follow_states import SHIPMENT, Answer, answer_of_transfer
from adapters.erp.tryton.reading.records import without_gaps, written
from adapters.erp.tryton.refusal_words import why_refused
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.erp.tryton.writing.documents import key_fields, key_of
from adapters.ports import Idempotency
from adapters.repetition import offer_of

Values = Mapping[str, Any]
_FIELDS = (
    *("state", "planned_date", "internal_transit_location"),
    *("write_uid.login", "write_uid.rec_name"),
    *("moves.state", "moves.to_location", "moves.write_date"),
)


def transfer_rows(rpc: Rpc, ids: Sequence[int]) -> list[Values]:
    """The answers that these shipments have; one without news has none."""
    unique = rpc.settings.idempotency is Idempotency.UNIQUE
    fields = [*_FIELDS, *key_fields(unique=unique)]
    rows = rpc.rows(Search(SHIPMENT, fields, [("id", "in", list(ids))])) if ids else []
    answers = [(row, _answer(rpc, row)) for row in rows if key_of(row)]
    refused = [row for row, answer in answers if answer is Answer.REFUSED]
    reasons = why_refused(rpc, SHIPMENT, refused)
    return [_row(row, key_of(row), answer, reasons) for row, answer in answers if answer]


def _answer(rpc: Rpc, row: Row) -> Answer | None:
    """What we cancelled ourselves is no news."""
    answer = answer_of_transfer(row["state"])
    by_us = (row["write_uid."] or {}).get("login") == rpc.settings.login
    return None if answer is Answer.REFUSED and by_us else answer


def _row(row: Row, key: str, answer: Answer, reasons: Mapping[int, str]) -> Values:
    reference, offer = offer_of(key)
    told = {"external_ref": reference, "answer": str(answer)}
    if answer is Answer.REFUSED:
        number = row["number"] or key
        return {**told, "offer": offer, "erp_number": number, "reason": reasons[row["id"]]}
    moved = [move["write_date"] for move in row["moves."] if _tells(row, move, answer)]
    return without_gaps(
        {
            **told,
            "expected_date": written(row["planned_date"]),
            "occurred_at": written(max((at for at in moved if at), default=None)),
        }
    )


def _tells(row: Row, move: Row, answer: Answer) -> bool:
    """Goods on the way moved into the transit location; those that came, out of it."""
    into_transit = move["to_location"] == row["internal_transit_location"]
    return move["state"] == "done" and into_transit is (answer is Answer.SHIPPED)
