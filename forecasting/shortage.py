"""The probability that demand until a day is more than the supply until then.

Baseline and opportunities are drawn together, as in ``overlay``, but each question has a horizon
of its own: the stored baseline, which speaks of the protection interval, is first brought to the
days of the horizon. A question is asked of one key; the same key may be asked many times.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from forecasting.draws import Draws, drawn, draws_by_key
from forecasting.frames import FrameContract, check_frame, check_quantiles
from forecasting.horizon import quantiles_over
from forecasting.opportunity_effect import (
    OPPORTUNITIES,
    check_opportunities,
    opportunity_effect,
)
from forecasting.overlay import LEAST_SCENARIOS, OverlaySetting
from forecasting.quantile_levels import LEVELS, FloatArray, IntArray
from forecasting.scenarios import scenario_values

QUESTIONS = FrameContract(
    "questions",
    {
        "question": pl.Int64,
        "interval_days": pl.Int64,
        "interval_quantiles": pl.List(pl.Float64),
        "horizon_days": pl.Int64,
        "unlinked_orders": pl.Float64,
        "firm_demand": pl.Float64,
        "supply": pl.Float64,
    },
    key=("question",),
    at_least={"interval_days": 1, "horizon_days": 1, "unlinked_orders": 0},
)
"""What is asked: is ``supply`` less than all demand over [today, today + horizon_days)?

``firm_demand`` comes in any case (what is owed, linked orders); ``unlinked_orders`` consume the
baseline. Quantities in base units.
"""

ASKED_WITH = replace(
    OPPORTUNITIES,
    columns={"question": pl.Int64, **OPPORTUNITIES.columns},
    key=("question", *OPPORTUNITIES.key),
)
"""The opportunities that each question is asked with, as it takes them to be."""

_QUESTIONS_AT_ONCE = 500
_ROUNDING = 1e-9
"""Floats that differ by less than this share of the supply are the same quantity."""


def shortage_probabilities(
    questions: pl.DataFrame, opportunities: pl.DataFrame, setting: OverlaySetting
) -> FloatArray:
    """The share of scenarios with a shortage, per question in the order given.

    Raises ValueError for frames other than ``QUESTIONS`` and ``ASKED_WITH``, for opportunities
    without their question, and under two scenarios.
    """
    if setting.scenario_count < LEAST_SCENARIOS:
        raise ValueError("scenario_count must be at least 2; a thousand is usual")
    questions = check_frame(questions, QUESTIONS)
    check_quantiles(questions, "questions", "interval_quantiles")
    opportunities = check_opportunities(opportunities, ASKED_WITH)
    question_of = _positions(questions, opportunities)
    horizon = questions["horizon_days"].to_numpy()
    effect = opportunity_effect(opportunities, horizon[question_of], setting.today)
    draws = draws_by_key(opportunities, effect, question_of)
    probability = np.zeros(len(questions))
    for start in range(0, len(questions), _QUESTIONS_AT_ONCE):
        rows = np.arange(start, min(start + _QUESTIONS_AT_ONCE, len(questions)))
        demand = _demand(questions[rows], rows, draws, setting.scenario_count)
        supply = questions["supply"].to_numpy()[rows, None]
        probability[rows] = (demand > supply + _ROUNDING * np.abs(supply)).mean(axis=1)
    return probability


def _positions(questions: pl.DataFrame, opportunities: pl.DataFrame) -> IntArray:
    position = {number: row for row, number in enumerate(questions["question"].to_list())}
    missing = set(opportunities["question"].to_list()) - position.keys()
    if missing:
        raise ValueError(
            f"opportunities: question {min(missing)} is not asked; ask it or leave them out"
        )
    return np.array([position[one] for one in opportunities["question"].to_list()], np.int64)


def _demand(
    questions: pl.DataFrame, rows: IntArray, draws: Draws, scenario_count: int
) -> FloatArray:
    """All demand of each question by scenario, (questions, scenarios)."""
    flat = questions["interval_quantiles"].explode(empty_as_null=True)
    quantiles = quantiles_over(
        flat.to_numpy().reshape(len(questions), len(LEVELS)),
        questions["interval_days"].to_numpy().astype(np.float64),
        questions["horizon_days"].to_numpy().astype(np.float64),
    )
    demand = scenario_values(quantiles, np.arange(scenario_count)[None, :], scenario_count)
    added = np.zeros(demand.shape)
    for place, row in enumerate(rows.tolist()):
        if row in draws:
            kept, added[place] = drawn(draws[row], scenario_count)
            demand[place] *= kept
    unlinked = questions["unlinked_orders"].to_numpy()[:, None]
    firm = questions["firm_demand"].to_numpy()[:, None]
    total: FloatArray = np.maximum(demand, unlinked) + added + firm
    return total
