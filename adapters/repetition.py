"""What makes a request the same as one sent before, and how a failed one is answered."""

from adapters.canonical.proposal import ProposalKind, RequisitionProposal
from adapters.ports import PortError, WriteResult, Written

CREATING = frozenset({ProposalKind.REQUISITION, ProposalKind.TRANSFER})
"""Kinds that make a new document. The others say what is wanted of one: saying it again does
no harm."""


def request_key(proposal: RequisitionProposal) -> str:
    """The key under which a system carries a proposal out once.

    What creates a document is its ``external_ref`` in every revision: a second one must not come
    of it. A change, a cancellation or a message is one request per revision. What was refused
    and is offered again is another request: else the refusal would be its answer for ever.
    """
    key = proposal.external_ref
    if proposal.kind not in CREATING:
        key = f"{key}/{proposal.kind}/{proposal.revision}"
    return offered_key(key, proposal.offer)


def offered_key(key: str, offer: int) -> str:
    """The key of a later offer of what has ``key`` in its first one."""
    return key if offer == 1 else f"{key}#{offer}"


def offer_of(key: str) -> tuple[str, int]:
    """Undo ``request_key`` for what creates: its reference, and which offer of it."""
    reference, _, offer = key.rpartition("#")
    return (reference, int(offer)) if reference and offer.isdecimal() else (key, 1)


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
