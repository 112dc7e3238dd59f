"""Our forecast in Tryton's stock forecasts: weeks replaced, people's forecasts respected."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.canonical.outlook import PublishedForecast
from adapters.ports import Failure, PlanningPort
from tests.adapters.builders_canonical import bucket, forecast
from tests.tryton.seeded import PURCHASER
from tests.tryton.writing.counterpart import TrytonCounterpart

pytestmark = pytest.mark.tryton

FORECAST = "stock.forecast"
MONDAY = date(2030, 1, 7)
BERLIN = ("BOLT-8", "BERLIN")


def week(number: int) -> date:
    return MONDAY + timedelta(weeks=number)


def weeks(*means: str, start: date = MONDAY) -> PublishedForecast:
    first_days = [start + timedelta(weeks=number) for number in range(len(means))]
    told = [
        bucket(day, day + timedelta(days=6), mean)
        for day, mean in zip(first_days, means, strict=True)
    ]
    return forecast("pub-1", 1, *told)


def of_item(told: PublishedForecast, item: str) -> PublishedForecast:
    series = tuple(one.model_copy(update={"item_id": item}) for one in told.series)
    return told.model_copy(update={"series": series})


def planning_of(other: TrytonCounterpart) -> PlanningPort:
    planning = other.opened().planning
    assert planning is not None
    return planning


@contextmanager
def somebody_plans(other: TrytonCounterpart, start: date, end: date) -> Iterator[None]:
    """A confirmed forecast of a person's own."""
    person = other.person(PURCHASER)
    [warehouse] = person.find("stock.location", [["code", "=", "BERLIN"]], "id")
    [customers] = person.find("stock.location", [["code", "=", "CUS"]], "id")
    values: dict[str, Any] = {"warehouse": warehouse["id"], "destination": customers["id"]}
    made = person.create(FORECAST, {**values, "from_date": start, "to_date": end})
    person.press(FORECAST, made, "confirm")
    yield
    person.press(FORECAST, made, "draft", "cancel")


def test_all_items_of_a_week_share_its_forecast(other: TrytonCounterpart) -> None:
    planning = planning_of(other)
    for item in ("BOLT-8", "BOLT-9"):
        assert planning.write_forecast(of_item(weeks("10", "20"), item)).failure is None
    assert other.forecast()["BOLT-9", "BERLIN"] == other.forecast()[BERLIN]
    assert len(other.administrator.find(FORECAST, [], "id")) == 2


def test_what_stays_the_same_is_left_alone(other: TrytonCounterpart) -> None:
    planning = planning_of(other)
    planning.write_forecast(weeks("10", "20"))
    other.relay.calls.clear()
    planning.write_forecast(weeks("10", "20"))
    assert not any(f".{FORECAST}." in call and "search" not in call for call in other.relay.calls)


def test_a_forecast_of_people_is_in_the_way_of_its_own_week_only(
    other: TrytonCounterpart,
) -> None:
    with somebody_plans(other, week(1), week(1) + timedelta(days=2)):
        answer = planning_of(other).write_forecast(weeks("10", "20", "30"))
        assert answer.failure is Failure.REJECTED
        assert "1 of 1 series were not taken." in answer.detail
        assert "overlap" in answer.detail
        assert other.forecast()[BERLIN] == {week(0): Decimal(10), week(2): Decimal(30)}
    assert planning_of(other).write_forecast(weeks("10", "20", "30")).failure is None
    assert other.forecast()[BERLIN][week(1)] == Decimal(20)


def test_weeks_that_begin_on_another_day_cut_those_that_were_told(
    other: TrytonCounterpart,
) -> None:
    planning = planning_of(other)
    planning.write_forecast(of_item(weeks("14"), "BOLT-9"))
    planning.write_forecast(weeks("14"))
    thursday = MONDAY + timedelta(days=3)
    assert planning.write_forecast(weeks("21", start=thursday)).failure is None
    sunday = MONDAY + timedelta(days=7)
    assert other.forecast()[BERLIN] == {MONDAY: 6, thursday: 12, sunday: 9}
    assert other.forecast()["BOLT-9", "BERLIN"] == {MONDAY: 6, thursday: 8}


def test_a_cut_that_died_half_way_is_made_again(other: TrytonCounterpart) -> None:
    planning = planning_of(other)
    planning.write_forecast(of_item(weeks("14"), "BOLT-9"))
    thursday = MONDAY + timedelta(days=3)
    other.relay.swallows = {f"model.{FORECAST}.create"}
    died = planning.write_forecast(weeks("21", start=thursday))
    assert died.failure is Failure.AMBIGUOUS
    other.relay.swallows = set()
    assert planning.write_forecast(weeks("21", start=thursday)).failure is None
    sunday = MONDAY + timedelta(days=7)
    assert other.forecast()[BERLIN] == {thursday: 12, sunday: 9}
    assert other.forecast()["BOLT-9", "BERLIN"] == {MONDAY: 6, thursday: 8}


def test_a_series_that_tryton_does_not_know_spoils_no_other(other: TrytonCounterpart) -> None:
    known = weeks("10")
    both = known.model_copy(update={"series": (*of_item(known, "BOLT-7").series, *known.series)})
    answer = planning_of(other).write_forecast(both)
    assert answer.failure is Failure.REJECTED
    assert answer.detail == "1 of 2 series were not taken. Tryton has no product 'BOLT-7'."
    assert other.forecast()[BERLIN] == {week(0): Decimal(10)}
