"""Lines that end after the ERP has removed what they refer to.

A lost or deleted line counts zero, and so it must not go on counting because its account or its
location is no longer known. It ends with what it was mapped to before. (A lost renewal too: it
removes the share of the account that it was to renew.)
"""

from dataclasses import replace

from adapters.canonical.demand import DemandSignal, OpportunityStatus
from service.exceptions.queue import Finding
from service.signals.lines import LineDemand
from service.signals.mapping import MappedSignal

_ENDS = (OpportunityStatus.LOST, OpportunityStatus.DELETED)


def has_ended(signal: DemandSignal) -> bool:
    """Whether ``signal`` says that nothing is to be expected of its line any more."""
    return signal.status in _ENDS


def mapped_as_before(signal: DemandSignal, before: LineDemand) -> MappedSignal:
    """``signal`` with the account, item, quantity and locations of the version before."""
    return MappedSignal(
        signal=signal,
        account_id=before.account_id,
        item_id=before.item_id,
        location_rule=before.location_rule,
        quantity=before.quantity,
        allocations=dict(before.allocations),
    )


def told_beside(finding: Finding) -> Finding:
    """What is missing, told although the line has ended all the same."""
    return replace(finding, detail=f"{finding.detail} The line has ended as it was mapped before.")
