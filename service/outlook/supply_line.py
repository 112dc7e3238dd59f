"""The outlook of one opportunity line: what is set aside for it, by when, at what risk."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from adapters.canonical.demand import DemandSignal, OpportunityStatus
from adapters.canonical.outlook import LineOutlook, SuppliedPart
from rules.ordering.promising import Part, covered_on
from service.forecasts.order_links import opportunity_name
from service.outlook import supply_notes as notes
from service.outlook.supply_lines import LIVE
from service.outlook.supply_position import SupplyPosition
from service.outlook.supply_risk import Risk
from service.signals.tables import DemandSignalRow
from service.work.dirty_keys import Key

_NOTHING = Decimal(0)


def places_of(signal: DemandSignalRow, locations: Mapping[str, Decimal]) -> dict[str, Key]:
    """The keys that supply a line, by the name that its part has there."""
    return {
        opportunity_name(signal, location_id): (signal.item_id, location_id)
        for location_id in locations
    }


def unmapped_line(signal: DemandSignal) -> LineOutlook:
    """A line of which no version could be mapped; its quantity is in the sender's unit."""
    return LineOutlook(
        line_id=signal.line_id,
        status=signal.status,
        item_id=None,
        location_ids=(),
        unit=signal.unit,
        quantity=signal.quantity,
        window_start=signal.delivery_window.start,
        window_end=signal.delivery_window.end,
        uncovered=signal.quantity if signal.status in LIVE else _NOTHING,
        note=notes.UNMAPPED,
    )


class MappedLine:
    """A line as it counts now, with the positions of the keys that supply it."""

    def __init__(
        self,
        signal: DemandSignalRow,
        allocations: Mapping[str, Decimal],
        positions: Mapping[Key, SupplyPosition],
    ) -> None:
        self._signal = signal
        self._allocations = allocations
        places = places_of(signal, allocations)
        self._unplanned = sorted(key[1] for key in places.values() if key not in positions)
        self._planned = {name: positions[key] for name, key in places.items() if key in positions}
        self._parts = {
            name: position.set_aside[name]
            for name, position in self._planned.items()
            if name in position.set_aside
        }

    def outlook(self, risks: Mapping[str, Risk]) -> LineOutlook:
        """What is told of it; ``risks`` are those of its parts."""
        signal = self._signal
        risk = self._risk(risks)
        units = {position.inputs.unit for position in self._planned.values()}
        return LineOutlook(
            line_id=signal.line_id,
            status=OpportunityStatus(signal.status),
            item_id=signal.item_id,
            location_ids=tuple(self._allocations),
            unit=next(iter(units), None),
            quantity=signal.quantity,
            window_start=signal.window_start,
            window_end=signal.window_end,
            ordered=self._ordered,
            supplied=tuple(self._supplied()),
            uncovered=self._uncovered,
            covered_on=self._covered_on(),
            shortage_probability=risk.as_is if risk else None,
            shortage_probability_if_won=risk.if_won if risk else None,
            note=self._note(),
        )

    @property
    def _is_live(self) -> bool:
        return self._signal.status in LIVE

    @property
    def _ordered(self) -> Decimal:
        return sum(
            (
                one.ordered
                for name, position in self._planned.items()
                for one in position.inputs.opportunities
                if one.opportunity == name and self._is_live
            ),
            _NOTHING,
        )

    @property
    def _uncovered(self) -> Decimal:
        if not self._is_live:
            return _NOTHING
        set_aside = sum(
            (part.quantity for parts in self._parts.values() for part in parts), _NOTHING
        )
        return self._signal.quantity - self._ordered - set_aside

    def _supplied(self) -> Iterator[SuppliedPart]:
        for name, parts in self._parts.items():
            for part in parts:
                yield _supplied_part(self._planned[name], part)

    def _covered_on(self) -> date | None:
        """When the last of what is not ordered yet is there."""
        parts = [part for mine in self._parts.values() for part in mine]
        return covered_on(parts, self._signal.quantity - self._ordered)

    def _risk(self, risks: Mapping[str, Risk]) -> Risk | None:
        """None unless every location that supplies it can be computed."""
        if not self._is_live or len(self._parts) < len(self._allocations):
            return None
        return Risk.of_any([risks[name] for name in self._parts])

    def _note(self) -> str:
        if not self._is_live:
            return notes.ENDED
        if self._unplanned:
            return notes.not_planned(self._unplanned)
        if len(self._parts) < len(self._allocations):
            return notes.OVER
        if self._uncovered:
            return notes.on_uncovered(list(self._planned.values()), self._signal.window_end)
        return notes.ORDERED if self._ordered == self._signal.quantity else ""


def _supplied_part(position: SupplyPosition, part: Part) -> SuppliedPart:
    supplied = position.supply[part.incoming.reference]
    return SuppliedPart(
        source=supplied.source,
        location_id=position.inputs.location_id,
        quantity=part.quantity,
        available_on=part.incoming.available_on,
        reference=supplied.reference,
        state=supplied.state,
    )
