"""The joint simulation's frames, out of the inputs of a pass."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from forecasting.opportunity_effect import OPPORTUNITIES
from forecasting.overlay import KEYS, OverlaySetting, interval_demand
from rules.ordering.quantities import from_float
from service.replenishment.inputs import KeyInputs, OpportunityInput
from service.replenishment.open_demand import expected_opportunities, open_demand
from service.replenishment.overridden_baseline import overridden_baseline
from service.work.dirty_keys import Key

_TENTH_OF_A_PERCENT = Decimal("0.001")


@dataclass(frozen=True)
class ExpectedContribution:
    """What the simulation says of one opportunity, exact from here on."""

    quantity: Decimal
    win_probability: Decimal
    interval_share: Decimal


@dataclass(frozen=True)
class SimulatedDemand:
    """What the simulation says of one key, exact from here on."""

    order_up_to_level: Decimal
    orders_beyond_baseline: Decimal
    contributions: dict[str, ExpectedContribution]


def simulate(batch: Sequence[KeyInputs]) -> dict[Key, SimulatedDemand]:
    """Simulate the keys of one pass together; all have the same setting but their level."""
    setting = OverlaySetting(
        today=batch[0].setting.business_date, scenario_count=batch[0].setting.scenario_count
    )
    found = interval_demand(_keys(batch), _opportunities(batch), setting)
    contributions: defaultdict[Key, dict[str, ExpectedContribution]] = defaultdict(dict)
    for row in found.contributions.iter_rows(named=True):
        contributions[row["item_id"], row["location_id"]][row["opportunity"]] = (
            ExpectedContribution(
                from_float(row["expected_quantity"]),
                from_float(row["win_probability"]),
                from_float(row["interval_share"]).quantize(_TENTH_OF_A_PERCENT),
            )
        )
    return {
        (row["item_id"], row["location_id"]): SimulatedDemand(
            from_float(row["order_up_to_level"]),
            from_float(row["consumption_mean"]),
            contributions.get((row["item_id"], row["location_id"]), {}),
        )
        for row in found.keys.iter_rows(named=True)
    }


def _keys(batch: Sequence[KeyInputs]) -> pl.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for inputs in batch:
        demand, baseline = open_demand(inputs), overridden_baseline(inputs)
        rows.append(
            (
                inputs.item_id,
                inputs.location_id,
                inputs.baseline.interval_days,
                baseline.mean,
                list(baseline.quantiles),
                float(demand.unlinked_quantity),
                float(demand.linked_quantity),
                float(inputs.setting.cycle_service_level),
            )
        )
    return pl.DataFrame(rows, schema=dict(KEYS.columns), orient="row")


def _opportunities(batch: Sequence[KeyInputs]) -> pl.DataFrame:
    return opportunity_frame(
        (inputs.key, one) for inputs in batch for one in expected_opportunities(inputs)
    )


def opportunity_frame(opportunities: Iterable[tuple[Key, OpportunityInput]]) -> pl.DataFrame:
    """Opportunities of some keys as the forecast wants them, in the order given."""
    rows = [
        (
            *key,
            one.opportunity,
            float(one.unordered),
            float(one.win_probability),
            one.quantity_basis,
            one.status,
            one.window_start,
            one.window_end,
            one.account_share,
        )
        for key, one in opportunities
    ]
    return pl.DataFrame(rows, schema=dict(OPPORTUNITIES.columns), orient="row")
