"""The story goes on: every system hears what concerns it, and each document is made once.

One service for each way of connecting, seeded once. Each test is a chapter of its own, about
items of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import redis

from service.bootstrap import build
from service.settings import Settings
from tests.adapters.simulated_http_system import Behaviour
from tests.servers import valkey
from tests.service.conftest import new_database
from tests.service.scenarios.chapter_goods import ADVISED, FR, NAILS, PLENTY, UK, WEEKLY
from tests.service.scenarios.connected_distributor import ConnectedDistributor
from tests.service.scenarios.counterparts import (
    CRM,
    ERP,
    OTHER_CRM,
    PLANNING,
    HttpLines,
    Lines,
    folder_lines,
    http_lines,
    until,
)
from tests.service.scenarios.distributor import terms
from tests.service.scenarios.running_service import running_service

COMMERCIAL = "commercial-outlook.revised"
VARIANTS = ["sqlite-files", "sqlite-http", "postgresql-files", "postgresql-http-redis"]
_IN_EVERY_RUN = {"sqlite-files", "postgresql-http-redis"}


def _variants(word: str) -> list[Any]:
    """Those with ``word`` in their name; two of them stand for all in the quick run."""
    return [
        one if one in _IN_EVERY_RUN else pytest.param(one, marks=pytest.mark.long)
        for one in VARIANTS
        if word in one
    ]


@pytest.fixture(scope="module", params=_variants("-"))
def story(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConnectedDistributor]:
    """A running service with all systems connected, at the end of the planner's morning."""
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as ends:
        database_url = f"sqlite:///{folder / 'story.db'}"
        if "postgresql" in request.param:
            server = request.getfixturevalue("postgresql_server")
            database_url = ends.enter_context(new_database(server, f"pegline_{uuid4().hex[:12]}"))
        redis_url = ""
        if "redis" in request.param:
            redis_url = ends.enter_context(valkey.fragile()).url
        ways: dict[str, Callable[[], AbstractContextManager[Lines]]]
        ways = {"http": http_lines, "files": lambda: folder_lines(folder)}
        lines = ends.enter_context(ways[request.param.split("-")[1]]())
        settings = {"REPLENISH_REDIS_URL": redis_url, "REPLENISH_SCENARIO_COUNT": "200"}
        service = ends.enter_context(running_service(database_url, folder, **settings))
        context = build(Settings(data_dir=folder, database_url=database_url, redis_url=redis_url))
        ends.callback(context.database.close)
        today = datetime.now(UTC).date()
        story = ConnectedDistributor(service, today, lines=lines, context=context)
        story.connect()
        story.open_up()
        story.planners_morning()
        yield story


def test_a_deal_reaches_planning_and_its_outlook_the_crm(story: ConnectedDistributor) -> None:
    story.wish("OPP-BOTTLE", 1, "BOTTLE", 400)
    line = story.told("OPP-BOTTLE", 1)
    assert Decimal(line["uncovered"]) == 400, "nothing is there and nothing is approved"
    assert line["supplied"] == []
    story.settle()
    accepted = [
        body for body in story.heard("demand-signal.accepted") if _is_about(body, "OPP-BOTTLE")
    ]
    assert len(accepted) == 1, "planning hears of each signal once"
    revised = [body for body in story.heard(COMMERCIAL) if body["item_id"] == "BOTTLE"]
    assert [body["opportunities"][0]["opportunity_id"] for body in revised] == ["OPP-BOTTLE"]
    other = story.lines.systems[OTHER_CRM]
    assert (other.outlooks(), other.heard()) == ({}, []), "another CRM hears nothing of it"


def test_the_forecast_reaches_planning_and_a_newer_version_replaces_its_range(
    story: ConnectedDistributor,
) -> None:
    planning, key = story.lines.systems[PLANNING], ("JUG", UK)
    story.planned("JUG")
    before = dict(until(lambda: planning.forecast().get(key), "no forecast of JUG was published"))
    assert story.lines.forecast_versions("JUG") == [1]

    story.count({"JUG": PLENTY})
    story.planned("JUG")
    story.settle()
    assert story.lines.forecast_versions("JUG") == [1], "nothing changed, so nothing is sent"

    story.sell("JUG", "S-RUSH", 20 * WEEKLY)
    story.planned("JUG")
    until(lambda: 2 in story.lines.forecast_versions("JUG"), "new sales made no newer version")
    after = planning.forecast()[key]
    assert after.keys() == before.keys(), "the same weeks, told anew"
    assert sum(after.values()) > sum(before.values())


def test_a_transfer_comes_before_a_purchase_and_its_excess_is_offered_once(
    story: ConnectedDistributor,
) -> None:
    story.count({"CRATE": 100}, FR)
    story.planned("CRATE", FR)
    transfer = story.pushed("CRATE")
    ref, quantity = transfer["external_ref"], Decimal(transfer["quantity"])
    assert (transfer["kind"], transfer["from_location_id"]) == ("transfer", UK)
    assert story.lines.systems[ERP].documents()[ref] == [quantity]

    story.answer(ref, "shipped")
    assert terms(story.planned("CRATE"), "reserved_transfer") == quantity, "it is promised once"
    story.count({"CRATE": PLENTY - int(quantity)})
    assert terms(story.planned("CRATE"), "reserved_transfer") == 0
    story.answer(ref, "received")
    story.count({"CRATE": 100 + int(quantity)}, FR)
    story.planned("CRATE", FR)
    until(lambda: story.proposals("CRATE")[0]["state"] == "closed", "the transfer never ended")
    assert len(story.proposals("CRATE")) == 1, "nothing is ordered on top"


def test_an_undone_approval_is_never_told_and_a_lasting_one_once(
    story: ConnectedDistributor,
) -> None:
    taken = story.pushed("LANTERN")
    undone = story.only("LAMP")
    story.settle()
    erp = story.lines.systems[ERP]
    assert len(erp.documents()[taken["external_ref"]]) == 1
    assert undone["external_ref"] not in erp.documents(), "the ERP hears of what lasts only"
    assert undone["state"] == "in_review"
    told = [body["external_ref"] for body in story.heard("proposal.approved")]
    assert told.count(taken["external_ref"]) == 1
    assert undone["external_ref"] not in told, "planning hears of what lasts only"

    until(
        lambda: story.supply_states("OPP-LANTERN") == ["acknowledged"],
        "the CRM never heard that the ERP orders LANTERN",
    )
    versions = story.versions_told("OPP-LANTERN")
    assert versions == list(range(1, len(versions) + 1))
    covered = story.told("OPP-LANTERN", versions[-1])
    (part,) = covered["supplied"]
    assert (part["reference"], part["state"]) == (taken["external_ref"], "acknowledged")
    assert Decimal(covered["uncovered"]) == 0
    assert covered["covered_on"] == part["available_on"], "by the day of the proposal"
    assert story.versions_told("OPP-LAMP") == [1], "for LAMP's deal nothing has changed"


def test_a_system_that_is_down_misses_nothing(story: ConnectedDistributor) -> None:
    with story.lines.down(CRM):
        for number in range(3):
            story.wish(f"OPP-KETTLE-{number}", 1, "KETTLE", 50, over_the_api=True)
        until(lambda: story.left() >= 3, "deliveries to a system that is away wait")
        story.planned("KETTLE")
        until(lambda: story.versions_told("OPP-KETTLE-0") == [1], "the deal is told of first")
        story.wish("OPP-KETTLE-0", 2, "KETTLE", 60, over_the_api=True)
        until(lambda: story.versions_told("OPP-KETTLE-0") == [1, 2], "a revision is news")
    story.leases_run_out()
    story.settle()
    assert Decimal(story.told("OPP-KETTLE-0", 2)["quantity"]) == 60
    for number in (1, 2):
        assert Decimal(story.told(f"OPP-KETTLE-{number}", 1)["quantity"]) == 50
    assert story.exceptions(kind="delivery_failed") == []


@pytest.mark.parametrize("story", _variants("http"), indirect=True)
def test_what_a_system_refuses_waits_in_the_queue_with_its_words(
    story: ConnectedDistributor,
) -> None:
    assert isinstance(story.lines, HttpLines), "a folder refuses nothing"
    with story.lines.behaving(CRM, Behaviour.REFUSES):
        story.wish("OPP-REFUSED", 1, "KETTLE", 50, over_the_api=True)
        (refused,) = until(
            lambda: story.exceptions(kind="delivery_failed"), "a refusal was never shown"
        )
    assert "BOLT-8 is not known here." in refused["detail"]
    assert story.repair(refused)["state"] == "replayed"
    assert Decimal(story.told("OPP-REFUSED", 1)["quantity"]) == 50


@pytest.mark.parametrize("way", ["posted", "over its line"])
def test_another_systems_forecast_wins_in_its_scope_and_its_exceptions_are_repaired(
    story: ConnectedDistributor, way: str
) -> None:
    item, new, over, version = ("CUP", "MUG", "FORK", 1)
    tell = story.post_plan
    if way == "over its line":
        item, new, over, version = ("GLASS", "JAR", "KNIFE", 2)
        tell = story.plan
    ours = terms(story.planned("LADLE"), "baseline")
    scope = ("--as", "forecast", "--item", item, "--reason", "the story")
    story.replenish("forecasts", "use", PLANNING, *scope)
    weeks = [_week(story, one, number) for one in (item, "LADLE") for number in range(4)]
    results = tell(version, *weeks, _week(story, new, 0), _week(story, over, -2))
    assert results == ["exception"] * 2 + ["stored"] * 8
    assert terms(story.planned(item), "baseline") == 3 * 77, "its word counts in its scope"
    assert terms(story.planned("LADLE"), "baseline") == ours, "and nowhere else"

    waiting = {one["payload"]["item_id"]: one for one in story.exceptions(kind="unknown_product")}
    story.feed("items", {"native_id": new, "item_id": new, "description": new})
    assert story.repair(waiting[new])["state"] == "replayed"
    waiting = {one["payload"]["item_id"]: one for one in story.exceptions(kind="closed_period")}
    corrected = {"start": story.day(0), "end": story.day(6)}
    assert story.repair(waiting[over], **corrected)["state"] == "replayed"


def test_another_systems_advice_is_ordered_once_after_policy_and_planner(
    story: ConnectedDistributor,
) -> None:
    assert story.advice_decided == ("review", "G-outside")
    ordered = story.pushed("SPOON")
    documents = story.lines.systems[ERP].documents()[ordered["external_ref"]]
    assert documents == [Decimal(ADVISED)]
    assert Decimal(story.planned("SPOON")["quantity"]) == 0, "what was taken is not advised again"


def test_a_worker_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    story: ConnectedDistributor,
) -> None:
    _killed_while(story, ERP, NAILS[:3])
    if isinstance(story.lines, HttpLines):
        _killed_while(story, PLANNING, NAILS[3:])


def _killed_while(story: ConnectedDistributor, system: str, nails: list[str]) -> None:
    """The worker dies when it has just told ``system`` something, and Redis is emptied."""
    with story.lines.caught_in_the_act(system) as caught:
        story.count(dict.fromkeys(nails, 5))
        caught()
        story.kill_worker()
        if story.context.settings.redis_url:
            with redis.Redis.from_url(story.context.settings.redis_url) as client:
                client.flushall()
    story.leases_run_out()
    made = [story.pushed(nail)["external_ref"] for nail in nails]
    story.settle()
    documents = story.lines.systems[ERP].documents()
    assert [len(documents[ref]) for ref in made] == [1] * len(nails), "each is made once"
    heard = story.lines.systems[PLANNING].heard()
    assert {event_id for event_id, _, _ in heard} == story.events_for(PLANNING)
    bodies = {(event_id, str(body)) for event_id, _, body in heard}
    assert len(bodies) == len({event_id for event_id, _ in bodies}), "one id, one event"
    approved = [body["external_ref"] for _, kind, body in heard if kind == "proposal.approved"]
    assert set(made) <= set(approved)
    for ref in made:
        about = [event_id for event_id, _, body in heard if body.get("external_ref") == ref]
        assert list(dict.fromkeys(about)) == sorted(set(about)), "in order per subject"


def _week(story: ConnectedDistributor, item: str, number: int) -> dict[str, Any]:
    """77 of the item in the week that begins so many weeks from today."""
    days = {"start": story.day(7 * number), "end": story.day(7 * number + 6)}
    return {"item_id": item, "location_id": UK, "mean": "77", **days}


def _is_about(body: Any, opportunity: str) -> bool:
    return bool(body["signal"]["opportunity_id"] == opportunity)
