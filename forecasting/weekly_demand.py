"""Demand of coming weeks: the usual demand, and what opportunities would add to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from forecasting.draws import Draw, drawn
from forecasting.horizon import quantiles_over
from forecasting.opportunity_effect import check_opportunities, opportunity_effect
from forecasting.quantile_levels import (
    WEEK_CHART_LEVELS,
    BoolArray,
    FloatArray,
    drawn_through,
)
from forecasting.scenarios import scenario_positions, scenario_values

DAYS = 7

Weeks = Sequence[date]
"""The first days of weeks that follow each other; the first week holds today."""


@dataclass(frozen=True)
class WeeklyEffect:
    """What opportunities do to the demand of each week, (opportunities, weeks).

    With chance ``chance`` the quantity ``added`` comes in the week; ``removed`` is the share of
    the week's usual demand that goes, always where ``removed_anyway``, else with ``added``.
    """

    chance: FloatArray
    added: FloatArray
    removed: FloatArray
    removed_anyway: BoolArray

    @staticmethod
    def of_nothing(weeks: int) -> "WeeklyEffect":
        """Where there is no opportunity."""
        none = np.zeros((0, weeks))
        return WeeklyEffect(none, none, none, np.zeros(0, dtype=np.bool_))

    def take(self, rows: slice) -> "WeeklyEffect":
        """The effect of some of the opportunities."""
        return WeeklyEffect(
            self.chance[rows], self.added[rows], self.removed[rows], self.removed_anyway[rows]
        )

    def expected(self, level: FloatArray) -> FloatArray:
        """Expected change of each week's demand, (opportunities, weeks).

        ``level``, (weeks,), is the usual demand of each week at the opportunities' key.
        """
        removing = np.where(self.removed_anyway[:, None], 1.0, self.chance)
        change: FloatArray = self.chance * self.added - removing * self.removed * level
        return change

    def draw(self, opportunity: int, week: int, seed: str) -> Draw:
        """One opportunity in one week, as it is drawn into scenarios."""
        return Draw(
            key=0,
            seed=f"{seed}\x1f{week}",
            chance=float(self.chance[opportunity, week]),
            added=float(self.added[opportunity, week]),
            removed=float(self.removed[opportunity, week]),
            removed_anyway=bool(self.removed_anyway[opportunity]),
        )

    def acts(self, opportunity: int, week: int) -> bool:
        """Whether the opportunity can change the demand of the week."""
        draw = self.draw(opportunity, week, "")
        return draw.removed > 0 or (draw.chance > 0 and draw.added > 0)


def weekly_effect(opportunities: pl.DataFrame, weeks: Weeks, today: date) -> WeeklyEffect:
    """The effect of each of ``opportunities`` (see ``interval_demand``) on each of ``weeks``.

    It is the difference that a week makes to the effect on all days from today to its end, so
    that the weeks together say what the overlay says of their days.
    """
    checked = check_opportunities(opportunities)
    incremental = (checked["quantity_basis"] == "incremental").to_numpy()
    quantity = checked["quantity"].to_numpy()
    days = np.array([[(start - today).days + DAYS] for start in weeks])
    until = opportunity_effect(checked, days, today)
    share = np.diff(until.interval_share, axis=0, prepend=0.0).T
    probability = until.win_probability[:, None]
    return WeeklyEffect(
        chance=np.where(incremental[:, None], probability * share, probability),
        added=quantity[:, None] * np.where(incremental[:, None], share > 0, share),
        removed=np.diff(until.removed * days, axis=0, prepend=0.0).T / DAYS,
        removed_anyway=until.removed_anyway,
    )


def usual_week(
    interval_quantiles: Sequence[float], interval_days: int, week_quantiles: Sequence[float]
) -> FloatArray:
    """The distribution of a week's usual demand, at ``QUANTILE_LEVELS``.

    Its shape is that of the protection interval, brought to a week; it goes through the week's
    own quantiles at ``WEEK_CHART_LEVELS``.
    """
    whole = np.array([interval_quantiles], dtype=np.float64)
    shape = quantiles_over(whole, np.array([float(interval_days)]), np.array([float(DAYS)]))[0]
    given = dict(zip(WEEK_CHART_LEVELS, week_quantiles, strict=True))
    return drawn_through(given, shape)


def joint_quantiles(
    usual: FloatArray, draws: Sequence[Draw], scenario_count: int
) -> Mapping[float, float]:
    """Demand of a week with its opportunities at ``WEEK_CHART_LEVELS``: drawn together.

    ``usual`` is a week's usual demand at ``QUANTILE_LEVELS``.
    """
    scenario = np.arange(scenario_count)[None, :]
    kept, added = drawn(sorted(draws, key=lambda draw: draw.seed), scenario_count)
    demand = scenario_values(usual[None, :], scenario, scenario_count) * kept + added
    positions = scenario_positions(np.array([WEEK_CHART_LEVELS]), scenario_count)
    values = positions.read(np.sort(demand, axis=1))[0]
    return dict(zip(WEEK_CHART_LEVELS, values.tolist(), strict=True))
