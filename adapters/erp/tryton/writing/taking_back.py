"""What was submitted is changed or cancelled, as long as Tryton has not made anything of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.canonical.proposal import ProposalKind, RequisitionProposal
from adapters.erp.tryton.rpc import Rpc
from adapters.erp.tryton.writing.documents import Document, Documents, refusal
from adapters.erp.tryton.writing.names import Names
from adapters.erp.tryton.writing.steps import Outcome, Wish, carry_out
from adapters.erp.tryton.writing.taken import taken
from adapters.erp.tryton.writing.wishes import cancelled, changed
from adapters.ports import PortError, Written
from adapters.repetition import failed

Answers = dict[str, Written]
ChangedValues = Callable[[RequisitionProposal, Names], dict[str, Any]]
Kind = tuple[Documents, ChangedValues]
"""Documents of one form, and the values that a change of one asks for."""


class TakingBack:
    """Changes and cancellations of documents of several kinds."""

    def __init__(self, rpc: Rpc, kinds: Sequence[Kind]) -> None:
        self._rpc = rpc
        self._kinds = kinds

    def carry_out(self, proposals: Sequence[RequisitionProposal]) -> Answers:
        """One answer each, by reference; raises the PortError of a failed call."""
        names = Names(self._rpc, [one for one in proposals if one.kind is ProposalKind.CHANGE])
        references = [one.external_ref for one in proposals]
        answers = {
            one: failed(one, refusal(f"Tryton has no document {one}.")) for one in references
        }
        most = max((one.offer for one in proposals), default=1)
        for documents, values in self._kinds:
            there = documents.under(references, most)
            wishes: dict[int, Wish] = {}
            for one in proposals:
                if not there.get(one.external_ref):
                    continue
                document = _newest(documents, there[one.external_ref])
                try:
                    wishes[document.id] = _wish(one, documents, values, names)
                except PortError as fault:
                    answers[one.external_ref] = failed(one.external_ref, fault)
            ids = {one.id: one.reference for found in there.values() for one in found}
            answers |= _answers(documents, carry_out(self._rpc, documents, wishes), ids)
        return answers


def _newest(documents: Documents, there: Sequence[Document]) -> Document:
    """The one that lives, else the one that was offered last."""
    alive = [document for document in there if not documents.is_refused(document)]
    return (alive or there)[0]


def _wish(
    proposal: RequisitionProposal, documents: Documents, values: ChangedValues, names: Names
) -> Wish:
    if proposal.kind is ProposalKind.CANCEL:
        return cancelled(documents.form)
    return changed(documents.form, proposal.quantity, values(proposal, names))


def _answers(documents: Documents, outcome: Outcome, ids: Mapping[int, str]) -> Answers:
    answers = {ids[one]: failed(ids[one], fault) for one, fault in outcome.refused.items()}
    for one, document in outcome.reached.items():
        answers[ids[one]] = taken(document, cancelled=documents.is_refused(document))
    return answers
