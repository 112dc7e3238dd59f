from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.ports import Failure, PortError
from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.signals.replay import ReplayOrder, replay
from service.sync.back_off import CAP, longest_wait, wait_after
from service.sync.connections import FORECAST_PUBLISHED, Role, disconnect
from service.sync.delivery_leases import LEASE
from service.sync.rounds import sync_once
from service.sync.tables import ConnectionRow
from service.work.tables import DeliveryRow
from tests.service.builders_feeds import stored
from tests.service.builders_outside import DeathError, Systems
from tests.service.conftest import FakeClock


def _deliveries(context: ServiceContext) -> list[tuple[str, str]]:
    with context.database.read() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.event_id))
        return [(row.subject, row.status) for row in rows]


def test_what_happened_is_told_once_to_those_who_want_to_hear(
    context: ServiceContext, systems: Systems
) -> None:
    planning = systems.listener()
    other = systems.listener("other", subscriptions=("proposal.*",))
    systems.publish("OPP-1")
    assert sync_once(context)
    assert not sync_once(context)
    assert planning.told == [("demand-signal.accepted", "OPP-1")]
    assert other.told == []
    assert _deliveries(context) == [("OPP-1", "delivered")]


def _series(location_id: str, source: str | None) -> dict[str, Any]:
    days = {"start": "2011-08-29", "end": "2011-09-04"}
    bucket = {**days, "mean": "70", "source": source}
    of = {"item_id": "BOTTLE", "location_id": location_id, "unit": "EA", "version": 1}
    return {**of, **days, "buckets": [bucket]}


def test_no_system_is_told_the_forecast_that_it_told_us(
    context: ServiceContext, systems: Systems
) -> None:
    heard = {name: systems.listener(name) for name in ("foresight", "other")}
    theirs, ours = _series("UK", "foresight"), _series("FR", None)
    head = {"business_date": "2011-08-29", "publication_id": "P"}
    systems.publish("BOTTLE", FORECAST_PUBLISHED, **head, series=[theirs, ours])
    systems.publish("CUP", FORECAST_PUBLISHED, **head, series=[theirs])
    while sync_once(context):
        pass
    told = {
        name: [[one.location_id for one in told.series] for told in port.forecasts]
        for name, port in heard.items()
    }
    assert told == {"foresight": [["FR"]], "other": [["UK", "FR"], ["UK"]]}


def test_what_a_later_connection_was_not_there_for_it_is_not_told(
    context: ServiceContext, systems: Systems
) -> None:
    systems.publish("OPP-1")
    sync_once(context)
    planning = systems.listener()
    systems.publish("OPP-2")
    sync_once(context)
    assert planning.subjects == ["OPP-2"]


def test_a_subject_waits_for_its_first_event_and_no_other_does(
    context: ServiceContext, systems: Systems, clock: FakeClock
) -> None:
    planning = systems.listener()
    planning.failing["OPP-1"] = Failure.TEMPORARY
    systems.publish("OPP-1", step="first")
    systems.publish("OPP-1", step="second")
    systems.publish("OPP-2")
    sync_once(context)
    sync_once(context)
    assert planning.subjects == ["OPP-2"]
    planning.failing.clear()
    for _ in range(3):
        clock.now += timedelta(minutes=1)
        sync_once(context)
    assert [event.body for event in planning.heard if event.subject == "OPP-1"] == [
        {"step": "first"},
        {"step": "second"},
    ]


def test_a_system_that_does_not_answer_is_left_in_peace_and_uses_no_attempts(
    context: ServiceContext, systems: Systems, clock: FakeClock
) -> None:
    planning = systems.listener()
    planning.down = PortError(Failure.TEMPORARY, "closed for today", retry_after=timedelta(hours=1))
    for number in range(5):
        systems.publish(f"OPP-{number}")
    for _ in range(4):
        sync_once(context)
        clock.now += timedelta(minutes=10)
    assert planning.calls == 1
    assert {row.attempts for row in stored(context, DeliveryRow)} == {1}
    (connection,) = stored(context, ConnectionRow)
    assert connection.last_trouble == "closed for today"
    planning.down = None
    for _ in range(3):
        clock.now += timedelta(hours=1)
        sync_once(context)
    assert sorted(planning.subjects) == [f"OPP-{number}" for number in range(5)]
    assert stored(context, ConnectionRow)[0].last_trouble is None


def test_a_system_that_failed_is_tried_with_a_single_event(
    context: ServiceContext, systems: Systems, clock: FakeClock
) -> None:
    planning = systems.listener()
    planning.down = PortError(Failure.AMBIGUOUS, "timed out")
    for number in range(3):
        systems.publish(f"OPP-{number}")
    sync_once(context)
    planning.down = None
    clock.now += CAP
    sync_once(context)
    assert len(planning.heard) == 1
    sync_once(context)
    assert len(planning.heard) == 3


def test_an_event_that_is_refused_becomes_an_exception_and_is_told_again_on_replay(
    context: ServiceContext, systems: Systems, clock: FakeClock
) -> None:
    planning = systems.listener()
    planning.failing["OPP-1"] = Failure.REJECTED
    systems.publish("OPP-1")
    sync_once(context)
    clock.now += timedelta(days=1)
    sync_once(context)
    assert planning.calls == 1
    (exception,) = stored(context, ExceptionRow)
    assert (exception.kind, exception.system) == ("delivery_failed", "planning")
    assert "no, OPP-1" in exception.detail
    planning.failing.clear()
    with context.database.write() as session:
        row = session.get_one(ExceptionRow, exception.exception_id)
        replay(session, [row], ReplayOrder("ann"), clock())
    sync_once(context)
    assert planning.subjects == ["OPP-1"]
    assert stored(context, ExceptionRow)[0].state == "replayed"


def test_a_password_that_is_refused_is_no_events_fault(
    context: ServiceContext, systems: Systems
) -> None:
    planning = systems.listener()
    planning.down = PortError(Failure.REJECTED, "401 Unauthorized")
    systems.publish("OPP-1")
    sync_once(context)
    assert _deliveries(context) == [("OPP-1", "waiting")]
    assert stored(context, ExceptionRow) == []


def test_a_listener_that_wants_no_more_is_paused_and_says_why(
    context: ServiceContext, systems: Systems
) -> None:
    planning = systems.listener()
    planning.down = PortError(Failure.REJECTED, "wants no more events (410)", unwanted=True)
    systems.publish("OPP-1")
    systems.publish("OPP-2")
    while sync_once(context):
        pass
    assert planning.calls == 1
    (row,) = stored(context, ConnectionRow)
    assert row.paused_at is not None
    assert row.last_trouble == "wants no more events (410)"
    assert _deliveries(context) == [("OPP-1", "waiting"), ("OPP-2", "waiting")]
    assert stored(context, ExceptionRow) == []


def test_what_was_given_up_with_a_connection_does_not_come_back_with_it(
    context: ServiceContext, systems: Systems, clock: FakeClock
) -> None:
    systems.listener().down = PortError(Failure.TEMPORARY, "no answer")
    systems.publish("OPP-1")
    sync_once(context)
    with context.database.write() as session:
        assert disconnect(session, "planning", clock()) == 1
    back = systems.listener()
    systems.publish("OPP-1")
    systems.publish("OPP-2")
    while sync_once(context):
        pass
    assert back.subjects == ["OPP-1", "OPP-2"]
    assert _deliveries(context) == [
        ("OPP-1", "abandoned"),
        ("OPP-1", "delivered"),
        ("OPP-2", "delivered"),
    ]


def test_a_paused_connection_uses_no_attempts(
    context: ServiceContext, systems: Systems, clock: FakeClock
) -> None:
    planning = systems.listener()
    _set(context, paused_at=clock())
    systems.publish("OPP-1")
    sync_once(context)
    assert (planning.calls, stored(context, DeliveryRow)[0].attempts) == (0, 0)
    _set(context, paused_at=None)
    sync_once(context)
    assert planning.subjects == ["OPP-1"]


def _set(context: ServiceContext, **values: object) -> None:
    with context.database.write() as session:
        row = session.scalars(select(ConnectionRow)).one()
        for name, value in values.items():
            setattr(row, name, value)


def test_a_worker_that_dies_within_the_call_tells_it_again_when_its_lease_is_over(
    context: ServiceContext, systems: Systems, clock: FakeClock
) -> None:
    planning = systems.listener()
    planning.down = DeathError()
    systems.publish("OPP-1")
    sync_once(context)
    planning.down = None
    clock.now += LEASE - timedelta(seconds=1)
    sync_once(context)
    assert planning.heard == []
    clock.now += timedelta(seconds=2)
    sync_once(context)
    assert planning.subjects == ["OPP-1"]
    assert stored(context, DeliveryRow)[0].attempts == 2


def _outlook(version: int) -> dict[str, object]:
    return {
        "schema_version": 1,
        "system": "crm",
        "opportunity_id": "OPP-1",
        "version": version,
        "business_date": "2011-08-29",
        "as_of": "2011-08-29T09:00:00Z",
        "lines": [],
    }


def test_an_outlook_goes_to_its_own_crm_by_its_own_port_and_only_the_newest(
    context: ServiceContext, systems: Systems
) -> None:
    crm = systems.listener("crm", role=Role.CRM)
    other = systems.listener("crm-2", role=Role.CRM)
    crm.failing["OPP-1"] = Failure.REJECTED
    systems.publish("crm/OPP-1", "supply-outlook.changed", **_outlook(1))
    sync_once(context)
    crm.failing.clear()
    for version in (2, 3):
        systems.publish("crm/OPP-1", "supply-outlook.changed", **_outlook(version))
    sync_once(context)
    assert [outlook.version for outlook in crm.outlooks] == [3]
    assert (other.outlooks, crm.heard) == ([], [])
    assert [status for _, status in _deliveries(context)] == ["superseded", "delivered"]
    assert stored(context, ExceptionRow)[0].state == "replayed"


@pytest.mark.parametrize("failures", [1, 2, 5, 30])
def test_the_wait_after_a_failure_is_drawn_and_bounded(failures: int) -> None:
    longest = longest_wait(failures)
    drawn = [wait_after(failures) for _ in range(50)]
    assert max(drawn) <= longest <= CAP
    assert len(set(drawn)) > 1
    assert wait_after(failures, timedelta(hours=2)) == timedelta(hours=2)
