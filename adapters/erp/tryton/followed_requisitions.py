"""How requisitions of ours stand: asked for, ordered, received, or refused."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from adapters.erp.tryton.follow_states import (
    PURCHASE,
    REQUEST,
    REQUISITION,
    Answer,
    Standing,
    answer_of_requisition,
    standing,
)
from adapters.erp.tryton.quantities import per_unit, plain
from adapters.erp.tryton.reading.records import without_gaps
from adapters.erp.tryton.refusal_words import why_refused
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.erp.tryton.writing.documents import COUNTED, key_fields, key_of
from adapters.ports import Idempotency
from adapters.repetition import offer_of

Values = Mapping[str, Any]
_REQUESTS = "lines.purchase_requests"
_LINE = f"{_REQUESTS}.purchase_line"
_FIELDS = (
    *("state", "rejected_by.rec_name", "write_uid.login", "write_uid.rec_name"),
    *(f"{_REQUESTS}.{name}" for name in ("state", "quantity", *COUNTED)),
    *(f"{_LINE}.{name}" for name in ("quantity", "moves_progress", "delivery_date", *COUNTED)),
    *(f"{_LINE}.{name}" for name in ("requests", "purchase.number", "purchase.state")),
)
_LONGEST_NUMBER = 64


@dataclass(frozen=True)
class _Part:
    """What was made of a line of the requisition; ``quantity`` in base units."""

    standing: Standing
    quantity: Fraction = Fraction(0)
    purchase_id: int | None = None
    number: str | None = None
    due: date | None = None

    @property
    def is_ordered(self) -> bool:
        """Whether it is out with a supplier, or back from there."""
        return self.standing in {Standing.ORDERED, Standing.CAME}


def requisition_rows(rpc: Rpc, ids: Sequence[int]) -> list[Values]:
    """The answers that these requisitions have; one without news has none."""
    unique = rpc.settings.idempotency is Idempotency.UNIQUE
    fields = [*_FIELDS, *key_fields(unique=unique)]
    found = rpc.rows(Search(REQUISITION, fields, [("id", "in", list(ids))])) if ids else []
    told = [(row, list(_parts(row))) for row in found if key_of(row)]
    once = _once_confirmed(rpc, [part for _, parts in told for part in parts])
    answers = [(row, parts, _answer(rpc, row, parts, once)) for row, parts in told]
    refused = [row for row, _, answer in answers if answer is Answer.REFUSED]
    reasons = why_refused(rpc, REQUISITION, refused)
    return [
        _row((row, key_of(row)), parts, answer, reasons)
        for row, parts, answer in answers
        if answer is not None
    ]


def _once_confirmed(rpc: Rpc, parts: Sequence[_Part]) -> set[int]:
    """Which purchases of dropped parts had gone out: by Tryton's log, else nothing says so."""
    dropped = {part.purchase_id for part in parts if part.standing is Standing.DROPPED}
    resources = sorted(f"{PURCHASE},{one}" for one in dropped if one is not None)
    if not resources:
        return set()
    domain = [("resource", "in", resources), ("event", "=", "button"), ("target", "=", "confirm")]
    return {
        int(row["resource"].partition(",")[2])
        for row in rpc.rows(Search("ir.model.log", ["resource"], domain))
    }


def _answer(
    rpc: Rpc, row: Row, parts: Sequence[_Part], once_confirmed: Collection[int]
) -> Answer | None:
    """What we cancelled ourselves is no news."""
    answer = answer_of_requisition(
        row["state"],
        [part.standing for part in parts],
        was_ordered=any(part.purchase_id in once_confirmed for part in parts),
    )
    by_us = (row["write_uid."] or {}).get("login") == rpc.settings.login
    return None if answer is Answer.REFUSED and row["state"] == "cancelled" and by_us else answer


def _parts(row: Row) -> Iterator[_Part]:
    for line in row["lines."]:
        for request in line["purchase_requests."]:
            yield _part(request)


def _part(request: Row) -> _Part:
    asked = standing(REQUEST, request["state"])
    line = request["purchase_line."]
    if line is None:
        return _Part(asked)
    purchase = line["purchase."]
    if asked is Standing.NEXT_ASKED:
        asked = standing(PURCHASE, purchase["state"])
        if asked is Standing.ORDERED and (line["moves_progress"] or 0) >= 1:
            asked = Standing.CAME
    return _Part(
        asked,
        _share(request, line),
        purchase["id"],
        number=purchase["number"],
        due=line["delivery_date"],
    )


def _share(request: Row, line: Row) -> Fraction:
    """Of a purchase line that serves several requests, no more than was requested."""
    ordered, requested = _in_base_units(line), _in_base_units(request)
    return ordered if len(line["requests"]) == 1 else min(ordered, requested)


def _in_base_units(row: Row) -> Fraction:
    quantity = Fraction(row["quantity"] or 0)
    if row["product."] is None or row["unit."] is None:
        return quantity
    return quantity * per_unit(row["unit."], row["product."]["default_uom."])


def _row(
    named: tuple[Row, str], parts: Sequence[_Part], answer: Answer, reasons: Mapping[int, str]
) -> Values:
    row, key = named
    reference, offer = offer_of(key)
    told: dict[str, Any] = {"external_ref": reference, "answer": str(answer)}
    if answer is Answer.REFUSED:
        number = row["number"] or key
        return {**told, "offer": offer, "erp_number": number, "reason": reasons[row["id"]]}
    ordered = [part for part in parts if part.is_ordered]
    quantity = sum((part.quantity for part in ordered), Fraction(0))
    due = max((part.due for part in ordered if part.due), default=None)
    numbers = sorted({part.number for part in ordered if part.number})
    return without_gaps(
        {
            **told,
            "purchase_order_number": ", ".join(numbers)[:_LONGEST_NUMBER],
            "ordered_quantity": plain(quantity) if quantity > 0 else None,
            "expected_date": due.isoformat() if due else None,
        }
    )
