"""Planners' overrides from the request to the order, and what they were worth."""

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
from service.forecasts.overrides import overrides_between
from service.forecasts.tables import ForecastOverrideRow
from service.replenishment.replay import replay
from service.replenishment.tables import DecisionRow
from service.worker.sweep import sweep
from tests.service.builders_feeds import Erp, dirty, key_for, stored
from tests.service.builders_overrides import PATH, TODAY, Ask, override_json
from tests.service.builders_plan import of_kind, plan, recommendations
from tests.service.conftest import FakeClock

KEY = ("BOTTLE", "UK")


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
    bodies = [override_json(first, first + 10) for first in (0, 3, 6, 9, 2, 5)]
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
    first, second = (planning.post(PATH, json=override_json(), headers=headers) for _ in range(2))
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
    response = planning.post(PATH, json=override_json(**fields))
    assert (response.status_code, response.json()["type"]) == (422, f"urn:pegline:problem:{slug}")
    assert response.json()["remedy"]
    assert dirty(erp.context) == {}
    assert stored(erp.context, ForecastOverrideRow) == []


def test_reading_is_for_readers_and_overriding_for_deciders(erp: Erp, planning: TestClient) -> None:
    reader = key_for(erp.context, "crm", Scope.PROPOSALS_READ)
    assert planning.get(PATH, headers=reader).status_code == 200
    assert planning.post(PATH, json=override_json(), headers=reader).status_code == 403
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
