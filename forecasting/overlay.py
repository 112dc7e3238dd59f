"""The overlay: baseline, open orders and opportunities as one demand over the interval.

What safety stock a doubtful opportunity needs cannot be told from quantiles of its parts. So
baseline and opportunities are drawn together: N equally likely scenarios per key, the baseline's
in ascending order, each opportunity's independent of it and of the others. In scenario j

    demand = max(baseline_j × (1 - share of the accounts replaced), unlinked orders)
             + quantities won_j + linked orders

and the order-up-to level S is the cycle-service-level quantile of it. Draws depend on (item,
location, opportunity) alone, so that neither the order of the rows nor the other keys matter.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from forecasting.draws import Draws, drawn, draws_by_key
from forecasting.frames import KEY, FrameContract, check_frame, check_quantiles
from forecasting.opportunity_effect import check_opportunities, opportunity_effect
from forecasting.quantile_levels import LEVELS, FloatArray, IntArray
from forecasting.scenarios import (
    ScenarioPositions,
    scenario_positions,
    scenario_values,
)

KEYS = FrameContract(
    "keys",
    {
        "item_id": pl.String,
        "location_id": pl.String,
        "interval_days": pl.Int64,
        "interval_mean": pl.Float64,
        "interval_quantiles": pl.List(pl.Float64),
        "unlinked_orders": pl.Float64,
        "linked_orders": pl.Float64,
        "cycle_service_level": pl.Float64,
    },
    key=KEY,
    at_least={
        "interval_days": 1,
        "interval_mean": 0,
        "unlinked_orders": 0,
        "linked_orders": 0,
        "cycle_service_level": 0,
    },
    at_most={"cycle_service_level": 1},
)
"""What ``interval_demand`` wants of each key; quantities in base units."""

_KEYS_AT_ONCE = 500
LEAST_SCENARIOS = 2


@dataclass(frozen=True)
class OverlaySetting:
    """What holds for all keys: the day planning takes for today, and how many scenarios."""

    today: date
    scenario_count: int


@dataclass(frozen=True)
class IntervalDemand:
    """Joint demand over [today, today + interval_days), base units.

    ``keys``, in the order given: item_id, location_id, order_up_to_level, baseline_mean,
    consumption_mean (what unlinked orders ask for beyond the baseline they consume),
    linked_orders, demand_quantiles (joint, at ``QUANTILE_LEVELS``). ``contributions``, in the
    order given: item_id, location_id, opportunity, expected_quantity (exact, not simulated; below
    zero where more baseline goes than comes), win_probability (1 won, 0 lost or deleted),
    interval_share (chance that the delivery falls into the interval).
    """

    keys: pl.DataFrame
    contributions: pl.DataFrame


def interval_demand(
    keys: pl.DataFrame, opportunities: pl.DataFrame, setting: OverlaySetting
) -> IntervalDemand:
    """Lay open orders and opportunities over the stored baselines of ``keys``.

    ``keys`` has item_id, location_id, interval_days, interval_mean, interval_quantiles,
    unlinked_orders, linked_orders and cycle_service_level (0 to 1). ``opportunities`` has item_id,
    location_id, opportunity (a stable name), quantity (not ordered yet), win_probability,
    quantity_basis, status, window_start, window_end and account_share (of the baseline). Raises
    ValueError for other frames, for opportunities without their key, and under two scenarios.
    """
    if setting.scenario_count < LEAST_SCENARIOS:
        raise ValueError("scenario_count must be at least 2; a thousand is usual")
    keys = check_frame(keys, KEYS)
    check_quantiles(keys, "keys", "interval_quantiles")
    opportunities = check_opportunities(opportunities)
    key_of = _key_positions(keys, opportunities)
    effect = opportunity_effect(
        opportunities, keys["interval_days"].to_numpy()[key_of], setting.today
    )
    overlay = _Overlay(keys, setting.scenario_count)
    overlay.simulate(draws_by_key(opportunities, effect, key_of))
    expected = effect.expected(keys["interval_mean"].to_numpy()[key_of])
    return IntervalDemand(
        keys=overlay.frame(),
        contributions=opportunities.select("item_id", "location_id", "opportunity").with_columns(
            pl.Series("expected_quantity", expected, dtype=pl.Float64),
            pl.Series("win_probability", effect.win_probability, dtype=pl.Float64),
            pl.Series("interval_share", effect.interval_share, dtype=pl.Float64),
        ),
    )


def _key_positions(keys: pl.DataFrame, opportunities: pl.DataFrame) -> IntArray:
    position = {key: row for row, key in enumerate(keys.select(KEY).iter_rows())}
    try:
        found = [position[key] for key in opportunities.select(KEY).iter_rows()]
    except KeyError as missing:
        raise ValueError(
            f"opportunities: {missing.args[0]} is not among the keys; "
            "pass its key too or leave the opportunity out"
        ) from missing
    return np.array(found, dtype=np.int64)


class _Overlay:
    """The arrays of all keys, read from the quantile function first and simulated where needed."""

    def __init__(self, keys: pl.DataFrame, scenario_count: int) -> None:
        self._keys = keys
        self._count = scenario_count
        flat = keys["interval_quantiles"].explode(empty_as_null=True)
        self._quantiles = flat.to_numpy().reshape(len(keys), len(LEVELS))
        self._unlinked = keys["unlinked_orders"].to_numpy()
        self._linked = keys["linked_orders"].to_numpy()
        wanted = np.tile(np.append(LEVELS, 0.0), (len(keys), 1))
        wanted[:, -1] = keys["cycle_service_level"].to_numpy()
        self._positions = scenario_positions(wanted, scenario_count)
        self._demand = self._read()
        self._consumption = np.zeros(len(keys))

    def _read(self) -> FloatArray:
        """Quantiles without opportunities and unlinked orders: no scenarios are needed."""
        at: ScenarioPositions = self._positions
        low = scenario_values(self._quantiles, at.below, self._count)
        high = scenario_values(self._quantiles, at.above, self._count)
        quantiles: FloatArray = at.between(low, high) + self._linked[:, None]
        return quantiles

    def simulate(self, draws: Draws) -> None:
        """Replace the quantiles of keys with acting opportunities or with unlinked orders."""
        changed = np.flatnonzero(self._unlinked > 0).tolist()
        rows = sorted({*changed, *draws})
        for start in range(0, len(rows), _KEYS_AT_ONCE):
            self._simulate(np.array(rows[start : start + _KEYS_AT_ONCE]), draws)

    def _simulate(self, rows: IntArray, draws: Draws) -> None:
        scenario = np.arange(self._count)[None, :]
        baseline = scenario_values(self._quantiles[rows], scenario, self._count)
        added = np.zeros(baseline.shape)
        for place, row in enumerate(rows.tolist()):
            if row in draws:
                kept, added[place] = drawn(draws[row], self._count)
                baseline[place] *= kept
        consumed = np.maximum(baseline, self._unlinked[rows, None])
        self._consumption[rows] = (consumed - baseline).mean(axis=1)
        demand = np.sort(consumed + added, axis=1)
        self._demand[rows] = self._positions.take(rows).read(demand) + self._linked[rows, None]

    def frame(self) -> pl.DataFrame:
        """The keys' results, see ``IntervalDemand``."""
        return self._keys.select(
            "item_id",
            "location_id",
            pl.Series("order_up_to_level", self._demand[:, -1], dtype=pl.Float64),
            pl.col("interval_mean").alias("baseline_mean"),
            pl.Series("consumption_mean", self._consumption, dtype=pl.Float64),
            "linked_orders",
            pl.Series("demand_quantiles", self._demand[:, :-1].tolist(), dtype=pl.List(pl.Float64)),
        )
