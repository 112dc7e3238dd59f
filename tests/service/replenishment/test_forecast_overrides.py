"""Planners' overrides from the request to the order, and what they were worth."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service.access.api_keys import Scope
from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.forecasts.override_routes import router
from service.forecasts.overrides import overrides_between
from service.forecasts.tables import ForecastOverrideRow, OverrideWeekRow, SeriesForecastRow
from service.replenishment.replay import replay
from service.replenishment.tables import DecisionRow
from service.worker.sweep import sweep
from tests.service.builders_feeds import Erp, clean, dirty, key_for, sale, stock, stored
from tests.service.builders_plan import of_kind, plan, recommendations
from tests.service.conftest import FakeClock

PATH = "/v1/forecast-overrides"
KEY = ("BOTTLE", "UK")
TODAY = date(2011, 8, 29)

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def planning(erp: Erp, client_for: Callable[..., TestClient]) -> Iterator[TestClient]:
    """A planning system, and a plan of 10 bottles a day."""
    plan(erp.context)
    headers = key_for(erp.context, "planning", Scope.PROPOSALS_DECIDE)
    with client_for(router) as client:
        client.headers.update(headers)
        yield client


@pytest.fixture
def ask(planning: TestClient) -> Ask:
    def ask(*days: int, **fields: Any) -> dict[str, Any]:
        response = planning.post(PATH, json=_body(*days, **fields))
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    return ask


def _body(first: int = 0, end: int = 21, **fields: Any) -> dict[str, Any]:
    """An override of half as much again, from and until days counted from today."""
    usual = {
        "item_id": "BOTTLE",
        "location_id": "UK",
        "starts_on": str(TODAY + timedelta(days=first)),
        "expires_on": str(TODAY + timedelta(days=end)),
        "reason": "trade fair",
    }
    chosen = {} if "expected_per_week" in fields else {"factor": "1.5"}
    return {**usual, **chosen, **fields}


def _spans(context: ServiceContext) -> list[tuple[int, int]]:
    """Which days the overrides hold on, counted from today."""
    with context.database.read() as session:
        rows = overrides_between(session, [KEY], date.min, date.max).get(KEY, [])
    return [((row.starts_on - TODAY).days, (row.expires_on - TODAY).days) for row in rows]


def test_an_override_raises_the_order_and_says_who_and_why(erp: Erp, ask: Ask) -> None:
    answer = ask(expected_per_week="140")
    assert dirty(erp.context) == {KEY: False}
    plan(erp.context)
    before, after = recommendations(erp.context)
    assert of_kind(after, "baseline") == of_kind(before, "baseline")
    doubled = 3 * 140 - of_kind(before, "baseline")
    assert of_kind(after, "forecast_override") == pytest.approx(doubled, abs=Decimal("0.001"))
    assert after.quantity > before.quantity
    (term,) = (t for t in after.explanation["terms"] if t["kind"] == "forecast_override")
    assert "system planning" in term["label"]
    assert "trade fair" in term["label"]
    (record,) = term["records"]
    assert record == {"type": "forecast_override", "id": answer["override_id"], "version": "1"}


def test_a_decision_under_an_override_is_replayed_exactly_after_it_was_withdrawn(
    erp: Erp, ask: Ask, planning: TestClient
) -> None:
    answer = ask()
    plan(erp.context)
    planning.delete(f"{PATH}/{answer['override_id']}", params={"reason": "fair cancelled"})
    plan(erp.context)
    before, under, after = recommendations(erp.context)
    assert after.quantity == before.quantity < under.quantity
    with erp.context.database.read() as session:
        decision_ids = session.scalars(select(DecisionRow.decision_id)).all()
        replays = [replay(session, decision_id) for decision_id in decision_ids]
    assert [found.differences for found in replays if found] == [[], [], []]


def test_a_much_overridden_order_is_looked_at(erp: Erp, ask: Ask) -> None:
    ask()
    plan(erp.context)
    with erp.context.database.read() as session:
        newest = recommendations(erp.context)[-1].recommendation_id
        decision = session.scalars(
            select(DecisionRow).where(DecisionRow.recommendation_id == newest)
        ).one()
    assert decision.outcome == "review"
    assert "G-override" in {reason["rule_id"] for reason in decision.reasons}


def test_a_new_override_ends_what_is_left_of_the_earlier_ones(
    erp: Erp, ask: Ask, planning: TestClient
) -> None:
    ask(0, 14)
    ask(20, 30)
    ask(40, 50)
    ask(7, 25, reason="fair moved")
    assert _spans(erp.context) == [(0, 7), (7, 25), (40, 50)]
    listed = planning.get(PATH, params={"item": "BOTTLE"}).json()["overrides"]
    assert [one["state"] for one in listed] == ["to_come", "to_come", "ended", "in_force"]
    assert listed[3]["asked_until"] == str(TODAY + timedelta(days=14))
    assert listed[3]["end_reason"] == "Replaced: fair moved"


def test_overrides_made_at_the_same_moment_never_hold_on_one_day(
    erp: Erp, planning: TestClient
) -> None:
    bodies = [_body(first, first + 10) for first in (0, 3, 6, 9, 2, 5)]
    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda body: planning.post(PATH, json=body).status_code, bodies))
    assert codes == [201] * 6
    spans = sorted(_spans(erp.context))
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_a_withdrawn_override_ends_today_and_stays_in_the_history(
    erp: Erp, ask: Ask, planning: TestClient, clock: FakeClock
) -> None:
    override_id = ask()["override_id"]
    clock.now += timedelta(days=3)
    address = f"{PATH}/{override_id}"
    ended = planning.delete(address, params={"reason": "fair cancelled"})
    assert ended.json()["expires_on"] == str(TODAY + timedelta(days=3))
    assert (ended.json()["state"], ended.json()["version"]) == ("ended", 2)
    again = planning.delete(address, params={"reason": "fair cancelled"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:pegline:problem:override-over")
    assert planning.delete(address).status_code == 422
    assert _spans(erp.context) == [(0, 3)]


def test_an_override_withdrawn_before_its_first_day_never_held(
    erp: Erp, ask: Ask, planning: TestClient
) -> None:
    override_id = ask(5, 10)["override_id"]
    planning.delete(f"{PATH}/{override_id}", params={"reason": "not this year"})
    assert _spans(erp.context) == []


def test_asking_twice_overrides_once(erp: Erp, planning: TestClient) -> None:
    headers = {"Idempotency-Key": "fair-1"}
    first, second = (planning.post(PATH, json=_body(), headers=headers) for _ in range(2))
    assert first.json() == second.json()
    address = f"{PATH}/{first.json()['override_id']}"
    ends = [
        planning.delete(address, params={"reason": "off"}, headers={"Idempotency-Key": "off-1"})
        for _ in range(2)
    ]
    assert [end.status_code for end in ends] == [200, 200]
    assert len(stored(erp.context, ForecastOverrideRow)) == 1


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"factor": None}, "invalid-body"),
        ({"expected_per_week": "10", "factor": "2"}, "invalid-body"),
        ({"factor": "-1"}, "invalid-body"),
        ({"factor": "101"}, "invalid-body"),
        ({"factor": "NaN"}, "invalid-body"),
        ({"reason": " "}, "invalid-body"),
        ({"reason": None}, "invalid-body"),
        ({"expires_on": None}, "invalid-body"),
        ({"starts_on": "2011-08-28"}, "days-out-of-order"),
        ({"expires_on": "2011-08-29"}, "days-out-of-order"),
        ({"expires_on": "2012-08-30"}, "override-too-long"),
        ({"item_id": "KETTLE"}, "not-planned"),
    ],
)
def test_what_planning_cannot_use_is_refused_and_changes_nothing(
    erp: Erp, planning: TestClient, fields: dict[str, Any], slug: str
) -> None:
    response = planning.post(PATH, json=_body(**fields))
    assert (response.status_code, response.json()["type"]) == (422, f"urn:pegline:problem:{slug}")
    assert response.json()["remedy"]
    assert dirty(erp.context) == {}
    assert stored(erp.context, ForecastOverrideRow) == []


def test_reading_is_for_readers_and_overriding_for_deciders(erp: Erp, planning: TestClient) -> None:
    reader = key_for(erp.context, "crm", Scope.PROPOSALS_READ)
    assert planning.get(PATH, headers=reader).status_code == 200
    assert planning.post(PATH, json=_body(), headers=reader).status_code == 403
    assert planning.get(f"{PATH}/value-added", headers=reader).status_code == 200


def test_overrides_are_listed_in_pages_and_by_the_day_on_which_they_hold(
    ask: Ask, planning: TestClient
) -> None:
    made = [ask(first, first + 2)["override_id"] for first in (0, 2, 4)]
    page = planning.get(PATH, params={"limit": 2}).json()
    rest = planning.get(PATH, params={"after": page["next"]}).json()
    ids = [one["override_id"] for one in page["overrides"] + rest["overrides"]]
    assert ids == made[::-1]
    assert rest["next"] is None
    day = str(TODAY + timedelta(days=3))
    (holding,) = planning.get(PATH, params={"holds_on": day}).json()["overrides"]
    assert holding["override_id"] == made[1]


def test_an_expired_override_falls_away_with_the_next_planning_day(
    erp: Erp, ask: Ask, clock: FakeClock
) -> None:
    sweep(erp.context)
    ask(0, 1)
    plan(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "forecast_override") > 0
    clock.now += timedelta(days=1)
    sweep(erp.context)
    plan(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "forecast_override") == 0


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
    assert (second.overridden, second.actual) == (pytest.approx(100), 70)
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
