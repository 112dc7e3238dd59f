"""Data that is late is seen, and so is whom it hurts."""

from datetime import date, timedelta

import pytest

from service.access.api_keys import Scope
from service.context import ServiceContext
from service.doctor.data_age import examine_data_age
from service.doctor.finding import Health
from service.feeds.batches import FeedKind, UnreadableRow
from service.feeds.replay import replay_row
from service.feeds.row_problems import Fault, row_problem
from service.feeds.tables import FeedArrivalRow
from service.go_live.affected import Affected, affected_by
from service.go_live.data_age import DataAge, data_ages, late_data
from service.go_live.data_age_routes import router
from service.go_live.rhythms import expect, span
from service.policies.versions import ensure_default
from service.work.tables import CompanyRow
from tests.service.builders_feeds import (
    ClientFor,
    Erp,
    key_for,
    sale,
    stock,
    stored,
    terms,
)
from tests.service.builders_plan import plan
from tests.service.conftest import NOW, FakeClock

YESTERDAY = NOW.date() - timedelta(days=1)


def _ages(context: ServiceContext) -> dict[FeedKind, DataAge]:
    with context.database.read() as session:
        return {one.kind: one for one in data_ages(session, context.clock())}


def _late(context: ServiceContext) -> set[FeedKind]:
    with context.database.read() as session:
        return {one.kind for one in late_data(session, context.clock())}


def _fed(context: ServiceContext) -> Erp:
    erp = Erp(context).stocked()
    erp.send(FeedKind.SUPPLIER_TERMS, terms())
    erp.send(FeedKind.SALES_LINES, sale("SO-1"), sale("SO-2", sold_on=YESTERDAY))
    erp.send(FeedKind.STOCK_POSITIONS, stock(as_of=NOW))
    return erp


def test_each_batch_leaves_word_of_its_arrival(context: ServiceContext, clock: FakeClock) -> None:
    erp = _fed(context)
    clock.now += timedelta(hours=1)
    erp.send(FeedKind.SALES_LINES, sale("SO-3", sold_on=date(2011, 8, 20)))
    sales = next(row for row in stored(context, FeedArrivalRow) if row.kind == "sales_lines")
    assert (sales.batch_rows, sales.total_rows) == (1, 3)
    assert (sales.arrived_at, sales.newest_day) == (clock.now, YESTERDAY)


def test_a_batch_of_rejected_rows_is_no_arrival(context: ServiceContext) -> None:
    erp = Erp(context).stocked()
    problem = row_problem(0, Fault("row-invalid", "", "no row", "mend it"))
    erp.send(FeedKind.SALES_LINES, UnreadableRow(problem))
    assert FeedKind.SALES_LINES not in _ages(context)


def test_an_empty_batch_is_a_sign_of_life(context: ServiceContext, clock: FakeClock) -> None:
    erp = _fed(context)
    clock.now += timedelta(days=2)
    erp.send(FeedKind.SALES_LINES)
    assert FeedKind.SALES_LINES not in _late(context)
    assert FeedKind.STOCK_POSITIONS in _late(context)


def test_a_replay_is_no_arrival(context: ServiceContext) -> None:
    Erp(context).stocked()
    row = {"native_id": "SO-1", "item_id": "BOTTLE", "location_id": "UK", "sold_on": "2011-08-01"}
    with context.database.write() as session:
        replay_row(session, "sales_line", "erp", {**row, "quantity": "1"}, context.clock())
    assert FeedKind.SALES_LINES not in _ages(context)


def test_a_slip_into_the_future_does_not_hide_that_sales_are_late(
    context: ServiceContext, clock: FakeClock
) -> None:
    erp = _fed(context)
    erp.send(FeedKind.SALES_LINES, sale("SO-9", sold_on=date(2099, 1, 1)))
    clock.now += timedelta(days=6)
    erp.send(FeedKind.SALES_LINES, sale("SO-8", sold_on=YESTERDAY))
    assert _ages(context)[FeedKind.SALES_LINES].late == (
        "The newest day it tells of is 2011-08-28, 7 days ago."
    )


@pytest.mark.parametrize(("hours", "late"), [(30, False), (31, True)])
def test_a_nightly_feed_may_be_some_hours_later(
    context: ServiceContext, clock: FakeClock, hours: int, late: bool
) -> None:
    _fed(context)
    clock.now += timedelta(hours=hours)
    assert (FeedKind.STOCK_POSITIONS in _late(context)) is late


def test_an_operator_says_how_often_data_should_come(
    context: ServiceContext, clock: FakeClock
) -> None:
    _fed(context)
    clock.now += timedelta(hours=10)
    assert _late(context) == set()
    with context.database.write() as session:
        expect(session, "erp", FeedKind.STOCK_POSITIONS, span("6h"), clock.now)
        expect(session, "erp", FeedKind.ACCOUNTS, span("1w"), clock.now)
    assert _late(context) == {FeedKind.STOCK_POSITIONS, FeedKind.ACCOUNTS}
    assert _ages(context)[FeedKind.ACCOUNTS].late == "It has never come in."


def test_where_the_day_stands_still_no_arrival_is_late(
    context: ServiceContext, clock: FakeClock
) -> None:
    _fed(context)
    company = {"title": "Demo", "time_zone": "UTC", "currency": "GBP", "notice": ""}
    with context.database.write() as session:
        session.add(CompanyRow(name="company", business_date=NOW.date(), **company))
    clock.now += timedelta(days=400)
    assert _late(context) == set()


def test_late_data_hurts_what_is_planned_with_it(context: ServiceContext, clock: FakeClock) -> None:
    _fed(context)
    with context.database.write() as session:
        ensure_default(session, clock.now)
    plan(context)
    Erp(context, system="wms").send(FeedKind.STOCK_POSITIONS)
    clock.now += timedelta(days=3)
    with context.database.read() as session:
        hurt = {(one.system, one.kind): one.affected for one in data_ages(session, clock.now)}
    assert hurt["erp", FeedKind.STOCK_POSITIONS] == Affected(planned_keys=1, open_proposals=0)
    assert hurt["wms", FeedKind.STOCK_POSITIONS] == Affected(planned_keys=0, open_proposals=0)


def test_the_doctor_names_what_is_late(context: ServiceContext, clock: FakeClock) -> None:
    with context.database.read() as session:
        assert [one.health for one in examine_data_age(session, clock.now)] == [Health.OK]
    _fed(context)
    clock.now += timedelta(days=2)
    with context.database.read() as session:
        found = examine_data_age(session, clock.now)
    assert {one.health for one in found} == {Health.NOTE}
    assert any("stock_positions from erp" in one.detail for one in found)


def test_systems_ask_how_old_the_data_is(
    context: ServiceContext, client_for: ClientFor, clock: FakeClock
) -> None:
    _fed(context)
    clock.now += timedelta(days=2)
    client = client_for(router)
    headers = key_for(context, "erp", Scope.FEEDS_WRITE)
    answer = client.get("/v1/data-age", headers=headers).json()
    late = [one for one in answer["data"] if one["late"]]
    assert answer["late"] == len(late) == 2
    assert {one["kind"] for one in late} == {"sales_lines", "stock_positions"}
    assert {one["age_seconds"] for one in late} == {2 * 86_400}
    stranger = key_for(context, "crm", Scope.SIGNALS_WRITE)
    assert client.get("/v1/data-age", headers=stranger).status_code == 403


@pytest.mark.parametrize("text", ["", "1", "d", "0d", "1.5d", "-1d", "1m", "1 d"])
def test_what_is_no_span_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="6h, 1d or 2w"):
        span(text)


@pytest.mark.parametrize("kind", FeedKind)
def test_every_kind_of_data_has_an_age_and_somebody_whom_it_concerns(
    context: ServiceContext, kind: FeedKind
) -> None:
    with context.database.write() as session:
        arrival = FeedArrivalRow(
            system="erp", kind=kind, arrived_at=NOW, newest_day=None, batch_rows=1, total_rows=1
        )
        session.add(arrival)
        affected_by(session, "erp", kind)
    assert not _ages(context)[kind].late
