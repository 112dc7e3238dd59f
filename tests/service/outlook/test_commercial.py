from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from service.context import ServiceContext
from service.outlook.commercial import EVENT_TYPE
from service.work.tables import OutboxRow
from service.worker.sweep import sweep
from tests.service.builders_outlook import Crm
from tests.service.conftest import FakeClock


def told(context: ServiceContext, subject: str = "BOTTLE@UK") -> list[dict[str, Any]]:
    with context.database.read() as session:
        rows = select(OutboxRow).where(OutboxRow.type == EVENT_TYPE, OutboxRow.subject == subject)
        return [row.body for row in session.scalars(rows.order_by(OutboxRow.event_id))]


def figures(body: dict[str, Any], name: str) -> list[Decimal]:
    return [Decimal(week[name]) for week in body["weeks"]]


def test_a_deal_is_told_week_by_week_weighed_and_as_if_won(crm: Crm) -> None:
    crm.send()
    crm.settle()
    (body,) = told(crm.context)
    assert figures(body, "weighed")[:4] == [0, 0, 200, 0]
    assert figures(body, "if_won")[:4] == [0, 0, 400, 0]
    assert len(body["weeks"]) == crm.context.settings.forecast_weeks
    (deal,) = body["opportunities"]
    assert (deal["opportunity_id"], deal["version"], deal["win_probability"]) == (
        "OPP-1",
        1,
        "0.5",
    )


def test_each_revision_is_told_once(crm: Crm) -> None:
    crm.send()
    crm.settle()
    crm.proposal_changed()
    crm.send(source_version=2, win_probability="0.75")
    crm.settle()
    first, second = told(crm.context)
    assert (first["version"], second["version"]) == (1, 2)
    assert figures(second, "weighed")[2] == 300


def test_where_deals_were_told_their_end_is_told_too(crm: Crm) -> None:
    crm.settle()
    assert told(crm.context) == []
    crm.send()
    crm.settle()
    crm.send(source_version=2, status="lost", win_probability="0")
    crm.settle()
    last = told(crm.context)[-1]
    assert last["opportunities"] == []
    assert set(figures(last, "if_won")) == {0}


def test_days_alone_are_no_news_but_a_new_week_is(crm: Crm, clock: FakeClock) -> None:
    sweep(crm.context)
    crm.send()
    crm.settle()
    for days, events in ((1, 1), (4, 1), (2, 2)):
        clock.now += timedelta(days=days)
        sweep(crm.context)
        crm.settle()
        assert len(told(crm.context)) == events
