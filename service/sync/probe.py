"""What a connection does, in words, and whether its system answers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from adapters.ports import Examined, OutsideSystem, PortError
from service.proposals.claimable import claimable
from service.sync.connections import FORECAST_PUBLISHED, OUTLOOK_CHANGED, Role
from service.sync.tables import ConnectionRow

_NO_REFERENCE = "PEG-TEST"
"""A reference that no proposal has."""


def described(row: ConnectionRow, system: OutsideSystem) -> Iterator[str]:
    """What is read from it and what is told to it."""
    if row.reads and system.source:
        kinds = ", ".join(kind.replace("_", " ") for kind in row.reads)
        yield f"Read every {row.poll_seconds} s: {kinds}."
    else:
        yield "Nothing is read from it."
    for pattern in row.subscriptions:
        yield f"Told: {pattern} {_by(row, system, pattern)}."
    if Role.ERP in row.roles:
        yield from _proposals(row, system)


def _proposals(row: ConnectionRow, system: OutsideSystem) -> Iterator[str]:
    """Who asks for proposals, and for which kinds of them."""
    if not (row.push and system.erp):
        yield "It claims proposals itself."
        return
    yield "Proposals are pushed to it, and its number comes back."
    left = [kind for kind in ProposalKind if kind not in system.capabilities.kinds]
    if left:
        yield f"It takes {_named(kind for kind in ProposalKind if kind not in left)}."
        yield f"Not pushed, since it does not take them: {_named(left)}."


def _named(kinds: Iterable[ProposalKind]) -> str:
    return ", ".join(kind.replace("_", " ") for kind in kinds)


def _by(row: ConnectionRow, system: OutsideSystem, pattern: str) -> str:
    if pattern == OUTLOOK_CHANGED and Role.CRM in row.roles and system.crm:
        return "written to its opportunities"
    if pattern == FORECAST_PUBLISHED and Role.PLANNING in row.roles and system.planning:
        return "written as its forecast"
    return "as events" if system.events else "NOT: it has no address for events"


def waiting_proposals(
    session: Session, row: ConnectionRow, system: OutsideSystem, now: datetime
) -> dict[ProposalKind, int]:
    """How many proposals wait that would be pushed to it now, by kind; none where nothing is."""
    kinds = [kind for kind in ProposalKind if kind in system.capabilities.kinds]
    counts = {
        kind: session.scalar(
            select(func.count()).select_from(claimable(kind, row.name, (), now).subquery())
        )
        for kind in kinds
    }
    return {kind: count for kind, count in counts.items() if count}


def examined(system: OutsideSystem) -> Sequence[Examined]:
    """What the system says of itself; empty where it cannot be asked. Raises PortError."""
    return system.examine() if system.examine is not None else ()


def trouble_of(row: ConnectionRow, system: OutsideSystem) -> str:
    """Why it does not answer; empty if it does, or if there is nothing harmless to ask."""
    try:
        if row.reads and system.source:
            system.source.read(None)
        elif row.push and system.erp:
            system.erp.find([_NO_REFERENCE])
    except PortError as error:
        return f"It does not answer: {error.detail}"
    return ""
