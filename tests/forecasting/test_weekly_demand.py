from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.opportunity_effect import OPPORTUNITIES, opportunity_effect
from forecasting.quantile_levels import LEVELS
from forecasting.weekly_demand import DAYS, joint_quantiles, usual_week, weekly_effect

MONDAY = date(2011, 8, 29)
THURSDAY = MONDAY + timedelta(days=3)
WEEKS = [MONDAY + timedelta(weeks=number) for number in range(8)]
LEVEL = 70.0


def deals(*changes: dict[str, Any]) -> pl.DataFrame:
    usual: dict[str, Any] = {
        "item_id": "BOTTLE",
        "location_id": "UK",
        "quantity": 400.0,
        "win_probability": 0.5,
        "quantity_basis": "incremental",
        "status": "open",
        "window_start": MONDAY + timedelta(days=7),
        "window_end": MONDAY + timedelta(days=20),
        "account_share": 0.25,
    }
    rows = [
        {**usual, "opportunity": f"OPP-{number}", **change} for number, change in enumerate(changes)
    ]
    return pl.DataFrame(rows, schema=dict(OPPORTUNITIES.columns))


def expected(*changes: dict[str, Any], today: date = MONDAY) -> list[float]:
    effect = weekly_effect(deals(*changes), WEEKS, today)
    total: list[float] = effect.expected(np.full(len(WEEKS), LEVEL)).sum(axis=0).tolist()
    return total


def test_a_deal_is_spread_over_the_weeks_of_its_window() -> None:
    assert expected({}) == pytest.approx([0, 100, 100, 0, 0, 0, 0, 0])


def test_a_deal_that_takes_the_place_of_usual_demand_adds_only_the_rest() -> None:
    assert expected({"quantity_basis": "total"})[1] == pytest.approx(0.5 * (200 - 0.25 * LEVEL))
    lost = expected({"quantity_basis": "renewal", "status": "lost"})
    assert lost[1] == pytest.approx(-0.25 * LEVEL)


@st.composite
def any_deal(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.integers(-20, 60))
    return {
        "quantity": draw(st.floats(0, 5000)),
        "win_probability": draw(st.floats(0, 1)),
        "quantity_basis": draw(st.sampled_from(["incremental", "total", "renewal"])),
        "status": draw(st.sampled_from(["open", "won", "lost"])),
        "window_start": MONDAY + timedelta(days=start),
        "window_end": MONDAY + timedelta(days=start + draw(st.integers(0, 40))),
        "account_share": draw(st.floats(0, 1)),
    }


@settings(max_examples=60)
@given(any_deal(), st.integers(0, 6))
def test_the_weeks_together_are_what_the_overlay_says_of_their_days(
    deal: dict[str, Any], passed: int
) -> None:
    today = MONDAY + timedelta(days=passed)
    days = len(WEEKS) * DAYS - passed
    whole = opportunity_effect(deals(deal), np.array([days]), today)
    at_once = whole.expected(np.array([LEVEL / DAYS * days]))[0]
    assert sum(expected(deal, today=today)) == pytest.approx(at_once, rel=1e-9, abs=1e-6)


def test_the_running_week_holds_only_the_days_to_come() -> None:
    window = {"window_start": MONDAY, "window_end": MONDAY + timedelta(days=10)}
    assert expected(window, today=THURSDAY) == pytest.approx([100, 100, 0, 0, 0, 0, 0, 0])


def usual() -> np.ndarray:
    interval = [210 + (level - 0.5) * 100 for level in LEVELS.tolist()]
    return usual_week(interval, 21, [50.0, 70.0, 95.0])


def test_a_usual_week_goes_through_its_own_quantiles() -> None:
    at = dict(zip(LEVELS.tolist(), usual().tolist(), strict=True))
    assert (at[0.1], at[0.5], at[0.9]) == pytest.approx((50, 70, 95))
    assert at[0.99] > at[0.9]


def test_a_deal_and_the_usual_demand_are_drawn_together() -> None:
    effect = weekly_effect(deals({"window_end": MONDAY + timedelta(days=13)}), WEEKS, MONDAY)
    alone = joint_quantiles(usual(), [], 2000)
    joint = joint_quantiles(usual(), [effect.draw(0, 1, "OPP-0")], 2000)
    assert alone[0.5] == pytest.approx(70, abs=0.1)
    assert joint[0.1] == pytest.approx(52, abs=6)
    assert joint[0.9] == pytest.approx(400 + 88, abs=10)
