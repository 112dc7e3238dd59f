"""Equally likely scenarios: of a stored distribution, and of opportunities won and lost."""

import functools
import hashlib
from dataclasses import dataclass

import numpy as np

from forecasting.quantile_levels import LEVELS, BoolArray, FloatArray, IntArray

_TWO_TO_64 = 2.0**64


def scenario_values(quantiles: FloatArray, scenario: IntArray, scenario_count: int) -> FloatArray:
    """Demand in the scenarios j (0 .. N - 1): the quantile function at (j + 0.5) / N.

    ``quantiles`` is (keys, levels); ``scenario`` broadcasts to (keys, scenarios), and so is the
    result. Linear between the levels, flat beyond the first and the last.
    """
    probability = np.clip((scenario + 0.5) / scenario_count, LEVELS[0], LEVELS[-1])
    below = np.clip(np.searchsorted(LEVELS, probability, side="right") - 1, 0, len(LEVELS) - 2)
    share = (probability - LEVELS[below]) / (LEVELS[below + 1] - LEVELS[below])
    low = _pick(quantiles, below)
    values: FloatArray = low + share * (_pick(quantiles, below + 1) - low)
    return values


def _pick(quantiles: FloatArray, position: IntArray) -> FloatArray:
    picked: FloatArray = np.take_along_axis(
        quantiles, np.broadcast_to(position, (len(quantiles), position.shape[1])), axis=1
    )
    return picked


@dataclass(frozen=True)
class ScenarioPositions:
    """Where a level stands among N sorted scenarios: between ``below`` and ``above``, by ``share``.

    Scenario j stands for the level (j + 0.5) / N; linear between, flat beyond (Hyndman and Fan
    1996, definition 5). Arrays are (keys, levels).
    """

    below: IntArray
    above: IntArray
    share: FloatArray

    def read(self, ordered: FloatArray) -> FloatArray:
        """Quantiles from sorted scenarios, (keys, scenarios)."""
        low = np.take_along_axis(ordered, self.below, axis=1)
        return self.between(low, np.take_along_axis(ordered, self.above, axis=1))

    def between(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """Quantiles from the values of the scenarios below and above."""
        values: FloatArray = low + self.share * (high - low)
        return values

    def take(self, rows: IntArray) -> "ScenarioPositions":
        """The positions of some keys."""
        return ScenarioPositions(self.below[rows], self.above[rows], self.share[rows])


def scenario_positions(levels: FloatArray, scenario_count: int) -> ScenarioPositions:
    """Positions of ``levels``, (keys, levels), among ``scenario_count`` scenarios."""
    place = np.clip(levels * scenario_count - 0.5, 0, scenario_count - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, scenario_count - 1)
    return ScenarioPositions(below, above, place - below)


def winning_scenarios(seed: str, chance: float, scenario_count: int) -> BoolArray:
    """In which scenarios something of this ``chance`` happens; depends on ``seed`` alone.

    Stratified: it happens in chance × N of the N scenarios, rounded down or up by a draw of its
    own, so that the mean over seeds is right. With a higher chance it happens in the same
    scenarios and in more. Raw PCG64 output is used, because NumPy promises that it stays the same
    in later releases, and does not for its permutations (NEP 19).
    """
    won: BoolArray = _places(seed, scenario_count) < chance * scenario_count
    return won


@functools.lru_cache(maxsize=256)
def _places(seed: str, scenario_count: int) -> FloatArray:
    """Where each scenario stands in the order in which they are won, all shifted by one draw.

    Kept for a while: the same deal is asked about with many horizons in a row.
    """
    digest = hashlib.blake2b(seed.encode(), digest_size=16).digest()
    raw = np.random.PCG64(int.from_bytes(digest)).random_raw(scenario_count + 1)
    rank = np.empty(scenario_count)
    rank[np.argsort(raw[1:], kind="stable")] = np.arange(scenario_count)
    places: FloatArray = rank + float(raw[0]) / _TWO_TO_64
    places.flags.writeable = False
    return places
