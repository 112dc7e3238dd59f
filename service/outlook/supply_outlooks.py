"""The supply outlook of opportunities, computed live, in sets."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from adapters.canonical.outlook import SupplyOutlook
from service.context import ServiceContext
from service.outlook.supply_line import MappedLine, places_of, unmapped_line
from service.outlook.supply_lines import LIVE, Opportunity, OpportunityLines, opportunity_lines
from service.outlook.supply_position import SupplyPosition
from service.outlook.supply_proposals import KeyProposals, key_proposals
from service.outlook.supply_risk import Risk, shortage_risks
from service.replenishment.load_inputs import load_inputs, pass_setting
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class KnownOutlook:
    """The outlook of an opportunity, and a digest of the facts at each of its keys.

    The outlook's ``version`` is 0: which one it is depends on what was told last.
    """

    outlook: SupplyOutlook
    facts: dict[str, str]


@dataclass(frozen=True)
class _Computed:
    """What was computed for the keys of some opportunities."""

    today: date
    now: datetime
    positions: Mapping[Key, SupplyPosition]
    risks: Mapping[str, Risk]


def supply_outlooks(
    session: Session,
    context: ServiceContext,
    opportunities: Collection[Opportunity],
    now: datetime,
) -> list[KnownOutlook]:
    """The outlooks of those ``opportunities`` of which anything is known.

    All are computed in one pass over the keys that they are planned at.
    """
    if not opportunities:
        return []
    lines = opportunity_lines(session, opportunities)
    setting = pass_setting(session, context, now)
    parts = dict(_live_parts(lines))
    keys = set(parts.values())
    proposals = key_proposals(session, keys, now)
    positions = {
        inputs.key: SupplyPosition(inputs, proposals.get(inputs.key, KeyProposals()))
        for inputs in load_inputs(session, keys, setting).inputs
    }
    asked = [
        (positions[key], name)
        for name, key in parts.items()
        if key in positions and name in positions[key].set_aside
    ]
    computed = _Computed(setting.business_date, now, positions, shortage_risks(asked))
    return [_known(opportunity, lines[opportunity], computed) for opportunity in sorted(lines)]


def _live_parts(lines: Mapping[Opportunity, OpportunityLines]) -> list[tuple[str, Key]]:
    """The parts of all live lines: name and key."""
    return [
        part
        for one in lines.values()
        for signal, allocations in one.mapped
        if signal.status in LIVE
        for part in places_of(signal, allocations).items()
    ]


def _known(opportunity: Opportunity, lines: OpportunityLines, computed: _Computed) -> KnownOutlook:
    positions = computed.positions
    told = [
        MappedLine(signal, allocations, positions).outlook(computed.risks)
        for signal, allocations in lines.mapped
    ]
    told += [unmapped_line(signal) for signal in lines.unmapped]
    outlook = SupplyOutlook(
        system=opportunity[0],
        opportunity_id=opportunity[1],
        version=0,
        business_date=computed.today,
        as_of=computed.now,
        lines=tuple(sorted(told, key=lambda line: line.line_id)),
    )
    keys = {key for _, key in _live_parts({opportunity: lines})} & positions.keys()
    return KnownOutlook(outlook, {"/".join(key): positions[key].facts_digest for key in keys})
