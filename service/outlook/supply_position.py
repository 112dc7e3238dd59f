"""The supply of an (item, location) as it is set aside for deals: what is there, what comes first.

The rule is in ``rules.ordering.promising``; here it is given its numbers, out of the very inputs
that a recommendation rests on.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import cache, cached_property
from typing import Any

from adapters.canonical.demand import OpportunityStatus, QuantityBasis
from adapters.canonical.outlook import SupplySource
from rules.ordering.promising import Ahead, Deal, Incoming, Part, set_aside
from rules.ordering.quantities import from_float, unit_step
from service.outlook.supply_proposals import KeyProposals
from service.proposals.offer import offered_quantity, wanted_total
from service.proposals.states import State
from service.proposals.tables import ProposalRow
from service.replenishment.inputs import KeyInputs, OpportunityInput
from service.replenishment.open_demand import OpenDemand, expected_opportunities, open_demand
from service.replenishment.overridden_baseline import overridden_baseline

_FOR_EVER_DAYS = 366 * 400
_NOTHING = Decimal(0)
_LIVE = (OpportunityStatus.OPEN, OpportunityStatus.WON)
_MOVE_WITH_THE_DAY: dict[str, Any] = {
    "setting": {"business_date"},
    "baseline": {"run_id"},
    "stock": {"as_of", "version"},
    "opportunities": {"__all__": {"account_share"}},
}


@dataclass(frozen=True)
class Supplied:
    """What an incoming quantity is: its source, what people call it, a proposal's state."""

    source: SupplySource
    incoming: Incoming
    reference: str | None = None
    state: str | None = None


class SupplyPosition:
    """Supply and demand of one key, by day."""

    def __init__(self, inputs: KeyInputs, proposals: KeyProposals) -> None:
        self.inputs = inputs
        self.proposals = proposals
        self.today = inputs.setting.business_date

    @cached_property
    def expected(self) -> Mapping[str, OpportunityInput]:
        """The deals that can still bring or take demand, with the window that is left."""
        return {one.opportunity: one for one in expected_opportunities(self.inputs)}

    @cached_property
    def supply(self) -> Mapping[str, Supplied]:
        """What is there and on its way, by a name of its own."""
        usable = self.inputs.stock.usable if self.inputs.stock else _NOTHING
        found = [Supplied(SupplySource.ON_HAND, Incoming("on_hand", usable, self.today))]
        for line in self.inputs.receipts:
            incoming = Incoming(f"line:{line.line}", line.quantity, self._ahead_of_us(line.due))
            native_id = line.line.partition("/")[2]
            found.append(Supplied(SupplySource.PURCHASE_ORDER, incoming, native_id))
        rows = {row.external_ref: row for row in self.proposals.bringing}
        found += [
            self._proposed(rows[taken.external_ref], taken.quantity)
            for taken in self.inputs.committed
            if taken.external_ref in rows
        ]
        found += [self._proposed(row, offered_quantity(row)) for row in self.proposals.approved]
        return {one.incoming.reference: one for one in found}

    def due_by(self, day: date) -> Decimal:
        """Supply until ``day``; what is overdue, and so without a day, is expected any day."""
        return sum(
            (
                one.incoming.quantity
                for one in self.supply.values()
                if one.incoming.available_on is None or one.incoming.available_on <= day
            ),
            _NOTHING,
        )

    def firm_by(self, day: date) -> Decimal:
        """What is owed, linked orders due until ``day``, and what is given to other locations."""
        linked = sum((one.quantity for one in self._orders.linked if one.due <= day), _NOTHING)
        given = sum(
            (wanted_total(row) for row in self.proposals.taking if row.order_date <= day),
            _NOTHING,
        )
        reserved = sum((one.quantity for one in self.inputs.reserved), _NOTHING)
        return self._orders.backorders + linked + given + reserved

    def unlinked_by(self, day: date) -> Decimal:
        """Orders due until ``day`` that are part of the usual demand."""
        return sum((one.quantity for one in self._orders.unlinked if one.due <= day), _NOTHING)

    @cached_property
    def ahead(self) -> Ahead:
        """What comes before every deal until a day: firm demand, and the usual demand.

        In whole steps of the item's unit, rounded up. An account's usual demand is left out on
        the days of its total or renewal, whose quantity speaks of all that the account buys.
        """
        return cache(self._ahead_by)

    def _ahead_by(self, until: date) -> Decimal:
        step = unit_step(self.inputs.unit_decimals)
        usual = max(self._usual_by(until), self.unlinked_by(until))
        missing = max(-self.supply["on_hand"].incoming.quantity, _NOTHING)
        total = self.firm_by(until) + missing + usual
        return (total / step).to_integral_value(ROUND_CEILING) * step

    def _usual_by(self, until: date) -> Decimal:
        baseline = self.inputs.baseline
        mean = overridden_baseline(self.inputs).mean
        days = float((until - self.today).days + 1)
        for one in self.expected.values():
            if one.quantity_basis != QuantityBasis.INCREMENTAL:
                first, last = max(one.window_start, self.today), min(one.window_end, until)
                days -= one.account_share * max((last - first).days + 1, 0)
        return from_float(mean / baseline.interval_days * max(days, 0.0))

    @cached_property
    def set_aside(self) -> Mapping[str, tuple[Part, ...]]:
        """What each live deal gets, by its name."""
        deals = [
            Deal(
                name=name,
                quantity=one.unordered,
                first_day=max(one.window_start, self.today),
                last_day=one.window_end,
                won=one.status == OpportunityStatus.WON,
                win_probability=one.win_probability,
            )
            for name, one in self.expected.items()
            if one.status in _LIVE
        ]
        return set_aside([one.incoming for one in self.supply.values()], self.ahead, deals)

    @cached_property
    def _orders(self) -> OpenDemand:
        """All open orders, however far ahead."""
        baseline = self.inputs.baseline.model_copy(update={"interval_days": _FOR_EVER_DAYS})
        return open_demand(self.inputs.model_copy(update={"baseline": baseline}))

    @property
    def orderable_by(self) -> date:
        """The day on which what is ordered today would be there."""
        return self.today + timedelta(days=self.inputs.terms.lead_time_days)

    @cached_property
    def facts_digest(self) -> str:
        """Of what all figures rest on but the day: as long as it is the same, nothing happened.

        What has become overdue, or has run out of its grace, is a new fact.
        """
        facts = {
            **self.inputs.model_dump(mode="json", exclude=_MOVE_WITH_THE_DAY),
            "awaited": sorted(self.expected),
            "overdue": sorted(
                name for name, one in self.supply.items() if one.incoming.available_on is None
            ),
            "proposals": [
                [row.external_ref, row.state, str(wanted_total(row)), str(row.expected_date)]
                for row in (*self.proposals.bringing, *self.proposals.taking)
            ],
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def _proposed(self, row: ProposalRow, quantity: Decimal) -> Supplied:
        there = row.state == State.RECEIVED  # on hand, and in no stock figure yet
        day = self.today if there else self._ahead_of_us(row.expected_date or row.required_date)
        incoming = Incoming(f"proposal:{row.external_ref}", quantity, day)
        return Supplied(SupplySource(row.kind), incoming, row.external_ref, row.state)

    def _ahead_of_us(self, day: date) -> date | None:
        """A day that has passed says nothing about when it will be there."""
        return day if day >= self.today else None
