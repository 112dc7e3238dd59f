import pytest

from service.web.reasons import reason


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("The order is large (value 4105.75)", "The order is large (value £4,106)"),
        ("A small order (value 0.00, value 0.00)", "A small order (value £0.00)"),
        ("Too old (stock_age_days 23.7500)", "Too old (counted 23.8 days ago)"),
        ("Short (history_weeks 10)", "Short (10 weeks of history)"),
        (
            "Met well (demand_class erratic, backtest_error 0.2817)",
            "Met well (erratic demand, forecast error 28 %)",
        ),
        ("No supplier is known (supplier not known)", "No supplier is known (supplier not known)"),
        ("Drifted apart (planner_conflict true)", "Drifted apart"),
        ("backtest_error is not known", "Forecast error is not known"),
        ("maria put it off until 2011-09-05", "maria put it off until 2011-09-05"),
        ("A fair in Leeds (third week)", "A fair in Leeds (third week)"),
        ("", ""),
    ],
)
def test_a_note_is_told_in_words(note: str, said: str) -> None:
    assert reason(note, "GBP") == said


def test_a_fact_that_the_page_tells_elsewhere_is_left_out() -> None:
    note = "Much rests on deals (opportunity_share 0.9869)"
    assert reason(note, "GBP", leave_out=("opportunity_share",)) == "Much rests on deals"
    assert reason(note, None) == "Much rests on deals (opportunities 99 %)"
