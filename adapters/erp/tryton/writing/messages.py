"""Messages about purchase orders: notes on the purchase, for the people who buy.

What Tryton has ordered is between it and the supplier; we do not change it.
"""

from collections.abc import Sequence
from typing import Any

from adapters import PRODUCT
from adapters.canonical.proposal import ProposalKind, RequisitionProposal
from adapters.erp.tryton.notes import Note, Notes
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.erp.tryton.writing.documents import refusal
from adapters.erp.tryton.writing.narrowing import narrowed
from adapters.ports import PortError, WriteResult, Written
from adapters.repetition import failed, request_key

_PURCHASE = "purchase.purchase"
_OVER = {"done": "received and paid", "cancelled": "cancelled"}
_ASKED = {
    ProposalKind.EXPEDITE: "please have it delivered earlier, by {date}",
    ProposalKind.DEFER: "please have it delivered later, on {date}",
    ProposalKind.CANCEL_ORDER: "please cancel what is left of it",
}


class Messages:
    """Leaves each message once, whoever asks how often."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._notes = Notes(rpc)

    def leave(self, proposals: Sequence[RequisitionProposal]) -> dict[str, Written]:
        """One answer each, by reference; raises the PortError of a failed call."""
        lines = self._lines(proposals)
        answers: dict[str, Written] = {}
        wanted: dict[Note, RequisitionProposal] = {}
        for one in proposals:
            try:
                line = _line_of(one, lines)
            except PortError as fault:
                answers[one.external_ref] = failed(one.external_ref, fault)
                continue
            resource = f"{_PURCHASE},{line['purchase.']['id']}"
            wanted[Note(resource, _title(one), _text(one, line))] = one
            answers[one.external_ref] = _noted(one, line)
        there = {(note.resource, note.title) for note in self._notes.on(wanted)}
        missing = [note for note in wanted if (note.resource, note.title) not in there]
        for note, why in narrowed(missing, self._notes.create).refused:
            reference = wanted[note].external_ref
            answers[reference] = failed(reference, why)
        return answers

    def _lines(self, proposals: Sequence[RequisitionProposal]) -> dict[str, Row]:
        """The purchase lines that the messages are about, by their id as it is written."""
        ids = {int(line) for line in map(_line_id, proposals) if line.isdecimal()}
        fields = ["purchase.number", "purchase.state", "product.code", "quantity", "unit.symbol"]
        search = Search("purchase.line", fields, [("id", "in", sorted(ids))])
        return {str(row["id"]): row for row in self._rpc.rows(search)} if ids else {}


def _line_id(proposal: RequisitionProposal) -> str:
    """The line's id in Tryton: what follows the system's name, and the order's number."""
    return (proposal.purchase_line or "").rpartition("/")[2]


def _line_of(proposal: RequisitionProposal, lines: dict[str, Row]) -> Row:
    line = lines.get(_line_id(proposal))
    if line is None:
        raise refusal(f"Tryton has no purchase line {proposal.purchase_line!r}.")
    over = _OVER.get(line["purchase."]["state"])
    if over:
        raise refusal(f"The purchase {line['purchase.']['number']} is {over} in Tryton already.")
    return line


def _title(proposal: RequisitionProposal) -> str:
    return f"{PRODUCT.capitalize()} {request_key(proposal)}"


def _text(proposal: RequisitionProposal, line: Row) -> str:
    product: Any = line["product."] or {}
    what = f"{line['quantity'].normalize():f} {line['unit.']['symbol']} of {product.get('code')}"
    asked = _ASKED[proposal.kind].format(date=proposal.required_date)
    return f"{what}: {asked}.\n{proposal.rationale}".strip()


def _noted(proposal: RequisitionProposal, line: Row) -> Written:
    number = line["purchase."]["number"] or str(line["purchase."]["id"])
    return Written(proposal.external_ref, WriteResult.TAKEN, number)
