"""How likely supply is to fall short, simulated."""

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.overlay import OverlaySetting
from forecasting.quantile_levels import LEVELS
from forecasting.shortage import ASKED_WITH, QUESTIONS, shortage_probabilities
from tests.forecasting.builders_forecast import TODAY, opportunity


def question(number: int = 0, **changes: Any) -> dict[str, Any]:
    """An item that sells 0 to 100 over three weeks, each quantity being as likely."""
    return {
        "question": number,
        "interval_days": 21,
        "interval_quantiles": [100.0 * level for level in LEVELS],
        "horizon_days": 21,
        "unlinked_orders": 0.0,
        "firm_demand": 0.0,
        "supply": 80.0,
        **changes,
    }


def asked(*questions: dict[str, Any], deals: list[dict[str, Any]] | None = None) -> list[float]:
    rows = [
        {name: {"question": 0, **deal}[name] for name in ASKED_WITH.columns} for deal in deals or []
    ]
    found = shortage_probabilities(
        pl.DataFrame(questions, schema=dict(QUESTIONS.columns)),
        pl.DataFrame(rows, schema=dict(ASKED_WITH.columns)),
        OverlaySetting(TODAY, 2000),
    )
    return [float(one) for one in found]


def test_without_deals_it_is_the_share_of_demand_above_the_supply() -> None:
    assert asked(question()) == [pytest.approx(0.2, abs=0.002)]


def test_what_is_owed_and_ordered_comes_first() -> None:
    assert asked(question(firm_demand=50.0)) == [pytest.approx(0.7, abs=0.002)]
    assert asked(question(unlinked_orders=79.0)) == [pytest.approx(0.2, abs=0.002)]
    assert asked(question(unlinked_orders=81.0)) == [1.0]


def test_a_deal_at_even_odds_weighs_half() -> None:
    assert asked(question(), deals=[opportunity(quantity=60.0)]) == [pytest.approx(0.5, abs=0.02)]
    won = opportunity(quantity=60.0, status="won")
    assert asked(question(), deals=[won]) == [pytest.approx(0.8, abs=0.002)]


def test_a_shorter_horizon_wants_less() -> None:
    short, whole = asked(question(0, horizon_days=7), question(1))
    assert short < whole


def test_questions_do_not_disturb_each_other() -> None:
    deal = {**opportunity(quantity=60.0), "question": 1}
    both = asked(question(0), question(1), deals=[deal])
    assert both[0] == asked(question(0))[0]
    assert both[1] == asked(question(), deals=[opportunity(quantity=60.0)])[0]


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 300), st.floats(0, 100), st.integers(0, 90), st.floats(0, 1))
def test_more_supply_never_raises_the_risk_and_a_won_deal_never_lowers_it(
    supply: float, more: float, days: int, chance: float
) -> None:
    horizon = {"horizon_days": days + 1}
    window: dict[str, Any] = {
        "window_start": TODAY,
        "window_end": TODAY + timedelta(days=days),
    }
    deal = opportunity(quantity=60.0, win_probability=chance, **window)
    less, plenty = (
        asked(question(supply=quantity, **horizon), deals=[deal])[0]
        for quantity in (supply, supply + more)
    )
    won = asked(question(supply=supply, **horizon), deals=[{**deal, "status": "won"}])[0]
    assert 0 <= plenty <= less <= won <= 1


def test_a_deal_without_its_question_is_refused() -> None:
    with pytest.raises(ValueError, match="question 7 is not asked"):
        asked(question(), deals=[{**opportunity(), "question": 7}])


def test_the_horizon_of_a_question_has_at_least_a_day() -> None:
    with pytest.raises(ValueError, match="horizon_days"):
        asked(question(horizon_days=0))
    assert np.isfinite(asked(question(horizon_days=1))[0])
