from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.web.charts import DemandPicture, ExpectedDelivery, ForecastWeek, demand_chart
from service.web.demand_history import WeekOfDemand, week_of
from service.web.terms import BAR_WIDTH, term_lines
from tests.service.builders_rationale import TODAY

WEEKS = [WeekOfDemand(TODAY - timedelta(weeks=week), 10.0 * week) for week in range(20, 0, -1)]
FORECAST = ForecastWeek(20, 40, 90)


def _picture(*deliveries: ExpectedDelivery) -> DemandPicture:
    return DemandPicture(WEEKS, TODAY, 28, FORECAST, deliveries)


def _delivery(first: int, last: int, quantity: float = 70) -> ExpectedDelivery:
    start, end = TODAY + timedelta(days=first), TODAY + timedelta(days=last)
    return ExpectedDelivery("OPP-1", start, end, quantity)


def test_the_highest_week_stays_below_the_top_and_zero_is_on_the_ground() -> None:
    chart = demand_chart(_picture(), 720, 250)
    assert min(column.y for column in chart.columns) >= chart.plot.y
    ground = chart.plot.y + chart.plot.height
    assert all(column.y + column.height == pytest.approx(ground) for column in chart.columns)


def test_opportunities_stand_on_the_median_and_on_one_another() -> None:
    chart = demand_chart(_picture(_delivery(0, 13), _delivery(7, 20)), 720, 250)
    lower, upper = chart.overlay
    assert lower.y + lower.height == pytest.approx(chart.median_y, abs=0.2)
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.2)


def test_what_lies_outside_the_interval_is_not_drawn() -> None:
    assert demand_chart(_picture(_delivery(40, 50), _delivery(-30, -2)), 720, 250).overlay == ()


def test_a_chart_without_history_or_forecast_is_empty_but_whole() -> None:
    chart = demand_chart(DemandPicture([], TODAY, 0, None), 330, 220)
    assert chart.columns == ()
    assert chart.band is None
    assert chart.x_ticks


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1e9), max_size=10), st.integers(0, 400))
def test_every_mark_stays_inside_the_picture(sold: list[float], interval_days: int) -> None:
    weeks = [
        WeekOfDemand(TODAY - timedelta(weeks=len(sold) - place), quantity)
        for place, quantity in enumerate(sold)
    ]
    picture = DemandPicture(weeks, TODAY, interval_days, FORECAST, [_delivery(0, 30, 500)])
    chart = demand_chart(picture, 330, 220)
    for box in (*chart.columns, *chart.overlay):
        assert 0 <= box.x <= box.x + box.width <= chart.width + 3
        assert 0 <= box.y <= box.y + box.height <= chart.height


@pytest.mark.parametrize(("week_start", "days_back"), [(1, 0), (7, 1), (2, 6)])
def test_a_week_begins_on_the_locations_weekday(week_start: int, days_back: int) -> None:
    assert week_of(TODAY, week_start) == TODAY - timedelta(days=days_back)  # today is a Monday


def _term(kind: str, quantity: str) -> dict[str, object]:
    return {"kind": kind, "label": kind, "quantity": quantity, "records": []}


def test_the_lines_end_with_the_quantity_and_subtotals_agree() -> None:
    lines = term_lines(
        {
            "terms": [
                _term("baseline", "100"),
                _term("opportunity", "20"),
                _term("safety_stock", "30.5"),
                _term("on_hand", "-60"),
                _term("backorders", "5"),
                _term("rounding", "0.5"),
                _term("order_multiple", "4"),
            ]
        }
    )
    told = {line.label: line.quantity for line in lines if line.subtotal}
    assert told == {
        "Expected demand": Decimal(120),
        "Order-up-to level S": Decimal("150.5"),
        "Inventory position": Decimal(55),
        "Net requirement": Decimal("95.5"),
        "Lot sizing": Decimal("4.5"),
        "Quantity to order": Decimal(100),
    }


@settings(max_examples=40)
@given(st.lists(st.decimals(-10_000, 10_000, places=6), min_size=4, max_size=4))
def test_bars_stay_in_their_column_whatever_the_terms(quantities: list[Decimal]) -> None:
    kinds = ("baseline", "safety_stock", "on_hand", "surplus")
    terms = [_term(kind, str(one)) for kind, one in zip(kinds, quantities, strict=True)]
    lines = term_lines({"terms": terms})
    assert lines[-1].quantity == sum(quantities)
    for line in lines:
        assert 0 <= line.bar.x <= line.bar.x + line.bar.width <= BAR_WIDTH + 1
