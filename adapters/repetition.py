"""What makes a request the same as one sent before, and how a failed one is answered."""

from adapters.canonical.proposal import ProposalKind, RequisitionProposal
from adapters.ports import PortError, WriteResult, Written

_CREATES = {ProposalKind.REQUISITION, ProposalKind.TRANSFER}


def request_key(proposal: RequisitionProposal) -> str:
    """The key under which a system carries a proposal out once.

    What creates a document is its ``external_ref`` in every revision: a second one must not come
    of it. A change, a cancellation or a message is one request per revision.
    """
    if proposal.kind in _CREATES:
        return proposal.external_ref
    return f"{proposal.external_ref}/{proposal.kind}/{proposal.revision}"


def failed(key: str, fault: PortError) -> Written:
    """The answer to one document of a call, where it was not taken."""
    return Written(
        key,
        WriteResult.FAILED,
        failure=fault.failure,
        detail=fault.detail,
        retry_after=fault.retry_after,
        unwanted=fault.unwanted,
    )
