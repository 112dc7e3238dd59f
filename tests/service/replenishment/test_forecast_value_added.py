"""What overrides were worth, week by week."""

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.forecasts.tables import OverrideWeekRow, SeriesForecastRow
from service.worker.sweep import sweep
from tests.service.builders_feeds import Erp, clean, sale, stock, stored
from tests.service.builders_overrides import PATH, TODAY, Ask
from tests.service.conftest import FakeClock

KEY = ("BOTTLE", "UK")


def _sell(erp: Erp, day: date, quantity: int) -> None:
    erp.send(FeedKind.SALES_LINES, sale(f"FAIR-{day}", str(quantity), sold_on=day))


def _weeks(context: ServiceContext) -> list[OverrideWeekRow]:
    weeks: list[OverrideWeekRow] = stored(context, OverrideWeekRow)
    return sorted(weeks, key=lambda row: row.week)


def test_a_week_that_is_over_shows_whether_the_override_was_nearer(
    erp: Erp, ask: Ask, planning: TestClient, clock: FakeClock
) -> None:
    with erp.context.database.write() as session:
        session.get_one(SeriesForecastRow, KEY).level_per_week = 70.0
    sweep(erp.context)
    ask(0, 10, expected_per_week="140")
    assert _weeks(erp.context) == []
    _sell(erp, TODAY + timedelta(days=2), 120)
    _sell(erp, TODAY + timedelta(days=8), 70)
    clock.now += timedelta(days=14)
    sweep(erp.context)
    first, second = _weeks(erp.context)
    assert (first.week, first.own, first.overridden, first.actual) == (TODAY, 70, 140, 120)
    assert second.overridden == pytest.approx(100)
    assert second.actual == 70
    answer = planning.get(f"{PATH}/value-added", params={"author": "system:planning"}).json()
    (mine,) = answer["authors"]
    assert (mine["weeks"], mine["actual"]) == (2, 190)
    assert mine["wape_own"] == pytest.approx(50 / 190)
    assert mine["wape_overridden"] == pytest.approx((20 + 30) / 190)
    assert mine["value_added_units"] == pytest.approx(0)
    assert answer["total"]["weeks"] == 2
    other = planning.get(f"{PATH}/value-added", params={"author": "system:other"}).json()
    assert other["authors"] == []
    assert other["total"]["weeks"] == 0


def test_a_week_is_measured_anew_while_sales_still_come_in_and_then_stands(
    erp: Erp, ask: Ask, clock: FakeClock
) -> None:
    sweep(erp.context)
    ask(0, 7)
    clock.now += timedelta(days=7)
    sweep(erp.context)
    assert [week.actual for week in _weeks(erp.context)] == [0]
    _sell(erp, TODAY + timedelta(days=1), 90)
    sweep(erp.context)
    assert [week.actual for week in _weeks(erp.context)] == [0], "measured twice on one day"
    clock.now += timedelta(days=1)
    sweep(erp.context)
    assert [week.actual for week in _weeks(erp.context)] == [90]
    clock.now += timedelta(weeks=3)
    sweep(erp.context)
    _sell(erp, TODAY + timedelta(days=2), 5)
    clock.now += timedelta(days=1)
    sweep(erp.context)
    assert [week.actual for week in _weeks(erp.context)] == [90]


def test_weeks_that_passed_while_no_worker_ran_are_measured_later(
    erp: Erp, ask: Ask, clock: FakeClock
) -> None:
    sweep(erp.context)
    ask(0, 7)
    clock.now += timedelta(weeks=9)
    sweep(erp.context)
    assert [week.week for week in _weeks(erp.context)] == [TODAY]


def test_a_week_that_ended_without_stock_says_so(erp: Erp, ask: Ask, clock: FakeClock) -> None:
    sweep(erp.context)
    ask(0, 7)
    erp.send(FeedKind.STOCK_POSITIONS, stock("0", as_of=clock.now + timedelta(days=5)))
    clean(erp.context)
    clock.now += timedelta(days=7)
    sweep(erp.context)
    assert [week.out_of_stock for week in _weeks(erp.context)] == [True]
