"""Opportunities as they are drawn into the scenarios of a key."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from forecasting.opportunity_effect import OpportunityEffect
from forecasting.quantile_levels import FloatArray, IntArray
from forecasting.scenarios import winning_scenarios


@dataclass(frozen=True)
class Draw:
    """One opportunity that acts, and on which key."""

    key: int
    seed: str
    chance: float
    added: float
    removed: float
    removed_anyway: bool


Draws = dict[int, list[Draw]]
"""Draws by the position of their key."""


def draws_by_key(opportunities: pl.DataFrame, effect: OpportunityEffect, key_of: IntArray) -> Draws:
    """Acting opportunities by key, in the order of their names: sums must not depend on rows."""
    names = opportunities.select("item_id", "location_id", "opportunity").rows()
    draws = [
        Draw(
            int(key_of[row]),
            "\x1f".join(names[row]),
            float(effect.chance[row]),
            float(effect.added[row]),
            float(effect.removed[row]),
            bool(effect.removed_anyway[row]),
        )
        for row in np.flatnonzero(effect.acts()).tolist()
    ]
    by_key: Draws = {}
    for draw in sorted(draws, key=lambda draw: draw.seed):
        by_key.setdefault(draw.key, []).append(draw)
    return by_key


def drawn(draws: list[Draw], scenario_count: int) -> tuple[FloatArray, FloatArray]:
    """Kept share of the baseline and added quantity of one key, by scenario."""
    removed, added = np.zeros(scenario_count), np.zeros(scenario_count)
    for draw in draws:
        won = winning_scenarios(draw.seed, draw.chance, scenario_count)
        added += np.where(won, draw.added, 0.0)
        removed += draw.removed * (1.0 if draw.removed_anyway else won)
    return np.maximum(1.0 - removed, 0.0), added
