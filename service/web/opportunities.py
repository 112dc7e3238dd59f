"""An opportunity as planning sees it: its lines, who supplies them, what they change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.feeds.tables import AccountRow, ItemRow, LocationRow
from service.proposals.tables import ProposalRow
from service.replenishment.tables import CurrentRecommendationRow, RecommendationRow
from service.signals.tables import DemandSignalRow, SignalAllocationRow
from service.web.terms import opportunity_terms
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class SuppliedPart:
    """The part of a line that a location supplies, and what is recommended there now."""

    location_name: str
    quantity: Decimal
    expected: Decimal | None
    """What it adds to the expected demand; None where it is not counted."""
    recommended: Decimal | None
    recommendation_id: UUID | None
    proposals: Sequence[ProposalRow]


@dataclass(frozen=True)
class OpportunityDetail:
    """A line of the opportunity, mapped to our words."""

    signal: DemandSignalRow
    description: str
    unit: str
    account: str
    provenance: str
    parts: Sequence[SuppliedPart]


def opportunity_lines(
    session: Session, system: str, opportunity_id: str
) -> list[OpportunityDetail]:
    """The lines of an opportunity; empty if it is unknown or nothing of it could be mapped."""
    lines = session.execute(
        select(DemandSignalRow, ItemRow.description, ItemRow.base_unit, AccountRow.name)
        .outerjoin(ItemRow, ItemRow.item_id == DemandSignalRow.item_id)
        .outerjoin(AccountRow, AccountRow.account_id == DemandSignalRow.account_id)
        .where(DemandSignalRow.system == system, DemandSignalRow.opportunity_id == opportunity_id)
        .order_by(DemandSignalRow.line_id)
    ).all()
    parts = _parts(session, [row.DemandSignalRow for row in lines])
    return [
        OpportunityDetail(
            signal=signal,
            description=description or signal.item_id,
            unit=unit or "",
            account=account or signal.account_id,
            provenance=parts[signal.signal_id][1] if signal.signal_id in parts else "",
            parts=parts[signal.signal_id][0] if signal.signal_id in parts else (),
        )
        for signal, description, unit, account in lines
    ]


def _parts(
    session: Session, signals: Sequence[DemandSignalRow]
) -> Mapping[UUID, tuple[list[SuppliedPart], str]]:
    """The supplied parts of each signal, and the provenance of the places that supply them."""
    allocations = session.execute(
        select(SignalAllocationRow, LocationRow.name, LocationRow.provenance)
        .outerjoin(LocationRow, LocationRow.location_id == SignalAllocationRow.location_id)
        .where(SignalAllocationRow.signal_id.in_({signal.signal_id for signal in signals}))
        .order_by(SignalAllocationRow.location_id)
    ).all()
    items = {signal.item_id for signal in signals}
    recommended, proposals = _recommended(session, items), _proposals(session, items)
    found: defaultdict[UUID, tuple[list[SuppliedPart], str]] = defaultdict(lambda: ([], ""))
    for part, location_name, told in allocations:
        key = part.item_id, part.location_id
        signal = next(one for one in signals if one.signal_id == part.signal_id)
        recommendation = recommended.get(key)
        parts, provenance = found[part.signal_id]
        parts.append(
            SuppliedPart(
                location_name=location_name or part.location_id,
                quantity=part.quantity,
                expected=_expected(recommendation, signal),
                recommended=recommendation.quantity if recommendation else None,
                recommendation_id=recommendation.recommendation_id if recommendation else None,
                proposals=proposals.get(key, ()),
            )
        )
        found[part.signal_id] = parts, provenance or told or ""
    return found


def _expected(recommendation: RecommendationRow | None, signal: DemandSignalRow) -> Decimal | None:
    if recommendation is None:
        return None
    terms = opportunity_terms(recommendation.explanation)
    names = [
        str(one["opportunity"])
        for one in recommendation.inputs.get("opportunities", ())
        if str(one["signal_id"]) == str(signal.signal_id)
    ]
    return next((terms[name] for name in (*names, str(signal.signal_id)) if name in terms), None)


def _recommended(session: Session, items: set[str]) -> Mapping[Key, RecommendationRow]:
    rows = session.scalars(
        select(RecommendationRow)
        .join(
            CurrentRecommendationRow,
            CurrentRecommendationRow.recommendation_id == RecommendationRow.recommendation_id,
        )
        .where(CurrentRecommendationRow.item_id.in_(items))
    )
    return {(row.item_id, row.location_id): row for row in rows}


def _proposals(session: Session, items: set[str]) -> Mapping[Key, Sequence[ProposalRow]]:
    rows = session.scalars(
        select(ProposalRow)
        .where(ProposalRow.item_id.in_(items))
        .order_by(ProposalRow.created_at.desc())
    )
    found: defaultdict[Key, list[ProposalRow]] = defaultdict(list)
    for row in rows:
        found[row.item_id, row.location_id].append(row)
    return found
