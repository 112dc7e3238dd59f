"""Documents made once: looked up, created together, submitted together.

Where Tryton refuses one of them, that one alone is refused, with Tryton's words; and what was made
of it is withdrawn, so that nobody takes it for a request that still stands.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.canonical.proposal import RequisitionProposal
from adapters.erp.tryton.permissions import check_may
from adapters.erp.tryton.rpc import Rpc
from adapters.erp.tryton.writing.documents import Document, Documents, stamped
from adapters.erp.tryton.writing.names import Names
from adapters.erp.tryton.writing.narrowing import narrowed
from adapters.erp.tryton.writing.steps import Outcome, carry_out
from adapters.erp.tryton.writing.taken import taken
from adapters.erp.tryton.writing.wishes import cancelled, said_no, submitted
from adapters.ports import Failure, Idempotency, PortError, Written
from adapters.repetition import failed, request_key

Answers = dict[str, Written]
NewValues = Callable[[RequisitionProposal, Names], dict[str, Any]]
"""The values of a new document; raises the PortError of what Tryton does not know."""


class Creating:
    """Makes the documents of one form. ``values`` says what a proposal becomes."""

    def __init__(self, rpc: Rpc, documents: Documents, values: NewValues) -> None:
        self._rpc = rpc
        self._documents = documents
        self._values = values

    def create(self, proposals: Sequence[RequisitionProposal]) -> Answers:
        """One answer each, by reference; raises the PortError of a failed call."""
        there = self._under(proposals)
        answers: Answers = {}
        ids: dict[int, str] = {}
        missing: list[RequisitionProposal] = []
        for one in proposals:
            document = self._standing(one, there.get(one.external_ref, ()))
            if document is None:
                missing.append(one)
            elif self._documents.is_refused(document):
                answers[one.external_ref] = failed(one.external_ref, said_no(document))
            else:
                ids[document.id] = one.external_ref
        refused = self._make(missing, ids)
        return {**answers, **refused, **self._submit(ids)}

    def _under(self, proposals: Sequence[RequisitionProposal]) -> Mapping[str, Sequence[Document]]:
        """What stands there already, in whichever offer."""
        most = max((one.offer for one in proposals), default=1)
        return self._documents.under([one.external_ref for one in proposals], most)

    def _standing(
        self, proposal: RequisitionProposal, there: Sequence[Document]
    ) -> Document | None:
        """The document that answers to this offer: one that lives, or this very one, refused."""
        for document in there:
            if not self._documents.is_refused(document):
                return document
        key = request_key(proposal)
        return next((document for document in there if document.key == key), None)

    def _make(self, missing: Sequence[RequisitionProposal], ids: dict[int, str]) -> Answers:
        """Create what is missing; note the new ids, and answer what is refused."""
        if not missing:
            return {}
        names = Names(self._rpc, missing)
        refused: Answers = {}
        wanted: list[tuple[RequisitionProposal, dict[str, Any]]] = []
        for one in missing:
            try:
                values = self._values(one, names)
            except PortError as fault:
                refused[one.external_ref] = failed(one.external_ref, fault)
            else:
                wanted.append((one, stamped(values, self._documents, request_key(one))))
        result = narrowed(wanted, self._created)
        for (one, _), made in result.done:
            ids[made] = one.external_ref
        if result.refused:
            check_may(self._rpc, self._documents.model, "create")
        lost = [(one, fault) for (one, _), fault in result.refused]
        return {**refused, **self._won_by_others(lost, ids)}

    def _created(self, wanted: Sequence[tuple[RequisitionProposal, dict[str, Any]]]) -> list[int]:
        values = [values for _, values in wanted]
        made: list[int] = self._rpc.call(self._documents.model, "create", values)
        return made

    def _won_by_others(
        self, lost: Sequence[tuple[RequisitionProposal, PortError]], ids: dict[int, str]
    ) -> Answers:
        """Where references are unique, a refusal may mean that somebody else was faster."""
        there: Mapping[str, Sequence[Document]] = {}
        if lost and self._rpc.settings.idempotency is Idempotency.UNIQUE:
            there = self._under([one for one, _ in lost])
        refused: Answers = {}
        for one, fault in lost:
            document = self._standing(one, there.get(one.external_ref, ()))
            if document is not None and not self._documents.is_refused(document):
                ids[document.id] = one.external_ref
            else:
                refused[one.external_ref] = failed(one.external_ref, fault)
        return refused

    def _submit(self, ids: Mapping[int, str]) -> Answers:
        """Submit what was made; a fault leaves it open how far that came."""
        wish = submitted(self._documents.form)
        try:
            outcome = carry_out(self._rpc, self._documents, dict.fromkeys(ids, wish))
            answers = {ids[one]: taken(document) for one, document in outcome.reached.items()}
            return {**answers, **self._withdrawn(outcome, ids)}
        except PortError as fault:
            raise _made_already(fault) from fault

    def _withdrawn(self, outcome: Outcome, ids: Mapping[int, str]) -> Answers:
        """What Tryton refuses to go on with is taken back there."""
        definite = [one for one, why in outcome.refused.items() if why.failure is Failure.REJECTED]
        wish = cancelled(self._documents.form)
        left = carry_out(self._rpc, self._documents, dict.fromkeys(definite, wish)).refused
        answers: Answers = {}
        for one, why in outcome.refused.items():
            fault = why
            if one in left:
                words = f"{why.detail} It could not be withdrawn there: {left[one].detail}"
                fault = PortError(Failure.REJECTED, words)
            answers[ids[one]] = failed(ids[one], fault)
        return answers


def _made_already(fault: PortError) -> PortError:
    """The documents stand in Tryton: nothing that follows can say that they were not made."""
    if fault.failure is Failure.TEMPORARY:
        return PortError(Failure.AMBIGUOUS, fault.detail, retry_after=fault.retry_after)
    return fault
