"""Opportunities as an outlook is asked for them: mapped lines, and those that are not yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal, OpportunityStatus
from service.database.key_sets import rows_of_keys
from service.database.pair_sets import one_of_pairs
from service.signals.results import Outcome
from service.signals.tables import DemandSignalRow, SignalAllocationRow, SignalMessageRow
from service.work.dirty_keys import Key

Opportunity = tuple[str, str]
"""(system, opportunity_id)."""

LIVE = (OpportunityStatus.OPEN, OpportunityStatus.WON)

_ENDED_LONG_AGO = timedelta(days=30)
_PER_STATEMENT = 500


@dataclass
class OpportunityLines:
    """The lines of an opportunity as they count now, and the messages of lines that never did."""

    mapped: list[tuple[DemandSignalRow, Mapping[str, Decimal]]] = field(default_factory=list)
    """Each with the quantity that each location is to supply."""
    unmapped: list[DemandSignal] = field(default_factory=list)


def opportunities_at(session: Session, keys: Collection[Key], now: datetime) -> set[Opportunity]:
    """The opportunities with a live line at ``keys``, or with one that has ended lately."""
    lines = (
        select(
            SignalAllocationRow.item_id,
            SignalAllocationRow.location_id,
            DemandSignalRow.system,
            DemandSignalRow.opportunity_id,
        )
        .join(DemandSignalRow, DemandSignalRow.signal_id == SignalAllocationRow.signal_id)
        .where(
            or_(
                DemandSignalRow.status.in_(LIVE),
                DemandSignalRow.changed_at >= now - _ENDED_LONG_AGO,
            )
        )
    )
    found = rows_of_keys(session, lines, SignalAllocationRow.item_id, keys)
    return {(row.system, row.opportunity_id) for row in found}


def opportunity_lines(
    session: Session, opportunities: Collection[Opportunity]
) -> Mapping[Opportunity, OpportunityLines]:
    """The lines of those ``opportunities`` of which anything is known."""
    found: defaultdict[Opportunity, OpportunityLines] = defaultdict(OpportunityLines)
    ordered = sorted(opportunities)
    for start in range(0, len(ordered), _PER_STATEMENT):
        chunk = ordered[start : start + _PER_STATEMENT]
        for signal, allocations in _mapped(session, chunk):
            found[signal.system, signal.opportunity_id].mapped.append((signal, allocations))
        for message in _unmapped(session, chunk):
            found[message.system, message.opportunity_id].unmapped.append(message)
    return found


def _mapped(
    session: Session, opportunities: Sequence[Opportunity]
) -> list[tuple[DemandSignalRow, Mapping[str, Decimal]]]:
    columns = (DemandSignalRow.system, DemandSignalRow.opportunity_id)
    rows = session.execute(
        select(DemandSignalRow, SignalAllocationRow.location_id, SignalAllocationRow.quantity)
        .join(SignalAllocationRow, SignalAllocationRow.signal_id == DemandSignalRow.signal_id)
        .where(one_of_pairs(session, columns, opportunities))
        .order_by(*columns, DemandSignalRow.line_id, SignalAllocationRow.location_id)
    )
    found: dict[Any, tuple[DemandSignalRow, dict[str, Decimal]]] = {}
    for signal, location_id, quantity in rows:
        found.setdefault(signal.signal_id, (signal, {}))[1][location_id] = quantity
    return list(found.values())


def _unmapped(session: Session, opportunities: Sequence[Opportunity]) -> list[DemandSignal]:
    """The newest message of each line of which no version could be mapped yet."""
    columns = (SignalMessageRow.system, SignalMessageRow.opportunity_id)
    of_line = and_(
        DemandSignalRow.system == SignalMessageRow.system,
        DemandSignalRow.opportunity_id == SignalMessageRow.opportunity_id,
        DemandSignalRow.line_id == SignalMessageRow.line_id,
    )
    bodies = session.scalars(
        select(SignalMessageRow.body)
        .where(
            one_of_pairs(session, columns, opportunities),
            SignalMessageRow.outcome == Outcome.EXCEPTION,
            ~select(DemandSignalRow.signal_id).where(of_line).exists(),
        )
        .order_by(*columns, SignalMessageRow.line_id, SignalMessageRow.source_version)
    )
    newest = {}
    for body in bodies:
        signal = DemandSignal.model_validate(body)
        newest[signal.system, signal.opportunity_id, signal.line_id] = signal
    return list(newest.values())
