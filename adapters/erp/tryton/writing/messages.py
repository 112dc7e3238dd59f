"""Messages about what is ordered: notes on the purchase, or the shipment, for people to act on.

What Tryton has ordered is between it and the supplier; we do not change it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from adapters import PRODUCT
from adapters.canonical.proposal import ProposalKind, RequisitionProposal
from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.notes import Note, Notes
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.erp.tryton.writing.documents import refusal
from adapters.erp.tryton.writing.narrowing import narrowed
from adapters.ports import PortError, WriteResult, Written
from adapters.repetition import failed, request_key

_PURCHASE = "purchase.purchase"
_SHIPMENT = "stock.shipment.internal"
_MOVE = "move "
"""Begins the last part of an open transfer's name; a purchase line has its id there."""
_OVER = {"done", "cancelled"}
_ASKED = {
    ProposalKind.EXPEDITE: "please have it delivered earlier, by {date}",
    ProposalKind.DEFER: "please have it delivered later, on {date}",
    ProposalKind.CANCEL_ORDER: "please cancel what is left of it",
}


@dataclass(frozen=True)
class _Order:
    """What a message is about: its record, as notes refer to it, and its line in words."""

    resource: str
    number: str
    state: str
    line: str


class Messages:
    """Leaves each message once, whoever asks how often."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._notes = Notes(rpc)

    def leave(self, proposals: Sequence[RequisitionProposal]) -> dict[str, Written]:
        """One answer each, by reference; raises the PortError of a failed call."""
        names = {one.external_ref: _last_part(one) for one in proposals}
        orders = {**self._purchases(names.values()), **self._shipments(names.values())}
        answers: dict[str, Written] = {}
        wanted: dict[Note, RequisitionProposal] = {}
        for one in proposals:
            try:
                order = _open(one, orders.get(names[one.external_ref]))
            except PortError as fault:
                answers[one.external_ref] = failed(one.external_ref, fault)
                continue
            wanted[Note(order.resource, _title(one), _text(one, order))] = one
            taken = Written(one.external_ref, WriteResult.TAKEN, order.number)
            answers[one.external_ref] = taken
        there = {(note.resource, note.title) for note in self._notes.on(wanted)}
        missing = [note for note in wanted if (note.resource, note.title) not in there]
        for note, why in narrowed(missing, self._notes.create).refused:
            reference = wanted[note].external_ref
            answers[reference] = failed(reference, why)
        return answers

    def _purchases(self, names: Collection[str]) -> dict[str, _Order]:
        """By the names of their lines."""
        ids = sorted({int(name) for name in names if name.isdecimal()})
        fields = ["purchase.number", "purchase.state", "product.code", "quantity", "unit.symbol"]
        rows = self._rpc.rows(Search("purchase.line", fields, [("id", "in", ids)])) if ids else []
        return {
            str(row["id"]): _order(f"{_PURCHASE},{row['purchase.']['id']}", row["purchase."], row)
            for row in rows
        }

    def _shipments(self, names: Collection[str]) -> dict[str, _Order]:
        """By the names of their moves."""
        tails = {name.removeprefix(_MOVE) for name in names if name.startswith(_MOVE)}
        ids = sorted(int(tail) for tail in tails if tail.isdecimal())
        fields = ["shipment", "shipment.number", "shipment.state"]
        fields += ["product.code", "quantity", "unit.symbol"]
        rows = self._rpc.rows(Search("stock.move", fields, [("id", "in", ids)])) if ids else []
        return {
            f"{_MOVE}{row['id']}": _order(row["shipment"], row["shipment."], row)
            for row in rows
            if (row["shipment"] or "").startswith(_SHIPMENT)
        }


def _last_part(proposal: RequisitionProposal) -> str:
    """What stands after the system's name and the order's number."""
    return (proposal.purchase_line or "").rpartition("/")[2]


def _order(resource: str, document: Row, line: Row) -> _Order:
    quantity = f"{Decimal(line['quantity'] or 0).normalize():f}"
    product = code_of(line["product."]) if line["product."] else "what has no product"
    unit = (line["unit."] or {}).get("symbol") or ""
    words = " ".join(f"{quantity} {unit} of {product}".split())
    return _Order(resource, document["number"] or f"#{document['id']}", document["state"], words)


def _open(proposal: RequisitionProposal, order: _Order | None) -> _Order:
    if order is None:
        raise refusal(f"Tryton has no order line {proposal.purchase_line!r}.")
    if order.state in _OVER:
        raise refusal(f"{order.number} is {order.state} in Tryton already.")
    return order


def _title(proposal: RequisitionProposal) -> str:
    return f"{PRODUCT.capitalize()} {request_key(proposal)}"


def _text(proposal: RequisitionProposal, order: _Order) -> str:
    asked = _ASKED[proposal.kind].format(date=proposal.required_date)
    return f"{order.line}: {asked}.\n{proposal.rationale}".strip()
