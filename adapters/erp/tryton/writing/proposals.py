"""Tryton as the ERP that proposals are carried out in.

Documents are looked up before they are made, whatever the mode: a call is cheap, a second
document is not. What was made and not submitted, because something died, is finished.
"""

from collections.abc import Callable, Mapping, Sequence

from adapters.canonical.proposal import ProposalKind, RequisitionProposal
from adapters.erp.tryton.rpc import Rpc
from adapters.erp.tryton.writing.creating import Creating
from adapters.erp.tryton.writing.documents import Documents
from adapters.erp.tryton.writing.messages import Messages
from adapters.erp.tryton.writing.requisitions import (
    changed_requisition,
    new_requisition,
    requisition_form,
)
from adapters.erp.tryton.writing.taken import as_found
from adapters.erp.tryton.writing.taking_back import TakingBack
from adapters.erp.tryton.writing.transfers import changed_transfer, new_transfer, transfer_form
from adapters.http_client import NoAnswerError, RefusedCallerError
from adapters.ports import Failure, FoundDocument, PortError, Written
from adapters.repetition import failed

Answers = dict[str, Written]


class Proposals:
    """The ERP port of Tryton."""

    def __init__(self, rpc: Rpc) -> None:
        settings = rpc.settings
        self._requisitions = Documents(rpc, requisition_form(settings))
        self._transfers = Documents(rpc, transfer_form(settings))
        take_back = TakingBack(
            rpc,
            [(self._requisitions, changed_requisition), (self._transfers, changed_transfer)],
        ).carry_out
        leave = Messages(rpc).leave
        self._carriers: Mapping[ProposalKind, Callable[[Sequence[RequisitionProposal]], Answers]]
        self._carriers = {
            ProposalKind.CANCEL: take_back,
            ProposalKind.CHANGE: take_back,
            ProposalKind.CANCEL_ORDER: leave,
            ProposalKind.DEFER: leave,
            ProposalKind.EXPEDITE: leave,
            ProposalKind.REQUISITION: Creating(
                rpc, self._requisitions, lambda one, names: new_requisition(one, names, settings)
            ).create,
            ProposalKind.TRANSFER: Creating(rpc, self._transfers, new_transfer).create,
        }

    def find(self, external_refs: Sequence[str]) -> Mapping[str, FoundDocument]:
        """The documents under these references that Tryton has not refused."""
        found: dict[str, FoundDocument] = {}
        for documents in (self._requisitions, self._transfers):
            for reference, there in documents.under(external_refs).items():
                alive = [one for one in there if not documents.is_refused(one)]
                if alive:
                    found[reference] = as_found(documents, alive[0])
        return found

    def create(self, proposals: Sequence[RequisitionProposal]) -> Sequence[Written]:
        """Carry out, kind by kind: what takes something back goes before what asks for more.

        Once Tryton refuses us or does not answer, the rest is left for later. Raises the
        RefusedCallerError where nothing was carried out at all.
        """
        answers: Answers = {}
        for kind, carry in self._carriers.items():
            group = [one for one in proposals if one.kind is kind]
            try:
                answers |= carry(group) if group else {}
            except PortError as fault:
                if isinstance(fault, RefusedCallerError) and not answers:
                    raise
                answers |= _failed(group, _of_the_call(fault))
                if isinstance(fault, RefusedCallerError | NoAnswerError):
                    return _in_order(proposals, {**_failed(proposals, _left(fault)), **answers})
        return _in_order(proposals, answers)


def _in_order(proposals: Sequence[RequisitionProposal], answers: Answers) -> list[Written]:
    return [answers[one.external_ref] for one in proposals]


def _failed(proposals: Sequence[RequisitionProposal], fault: PortError) -> Answers:
    return {one.external_ref: failed(one.external_ref, fault) for one in proposals}


def _of_the_call(fault: PortError) -> PortError:
    """What refuses a call as a whole is the fault of none of its proposals."""
    if fault.failure is not Failure.REJECTED:
        return fault
    return PortError(Failure.TEMPORARY, fault.detail, retry_after=fault.retry_after)


def _left(why: PortError) -> PortError:
    return PortError(Failure.TEMPORARY, f"not tried: {why.detail}", retry_after=why.retry_after)
