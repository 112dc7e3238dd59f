from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from adapters.canonical.master_data import SupplierTerms
from adapters.canonical.outlook import PublishedForecast, SeriesForecast
from service.access.api_keys import Scope
from service.context import ServiceContext
from service.feeds.batches import FeedKind, Removal
from service.forecasts.overrides import (
    Author,
    NewOverride,
    moment,
    override_forecast,
    withdraw_override,
)
from service.outlook import published
from service.outlook.published import EVENT_TYPE
from service.outlook.published_routes import router
from service.work.tables import OutboxRow
from service.worker.sweep import sweep
from tests.service.builders_feeds import Erp, item, key_for, terms
from tests.service.builders_outlook import Crm
from tests.service.builders_plans import put_in_charge, tell, weeks
from tests.service.conftest import FakeClock

ANNA = Author("anna", "Anna")


def told(context: ServiceContext) -> list[tuple[str, PublishedForecast]]:
    """The published forecasts by subject, oldest first, as an adapter reads them."""
    with context.database.read() as session:
        rows = select(OutboxRow).where(OutboxRow.type == EVENT_TYPE).order_by(OutboxRow.event_id)
        return [
            (row.subject, PublishedForecast.model_validate(row.body))
            for row in session.scalars(rows)
        ]


def newest(context: ServiceContext) -> SeriesForecast:
    """The only series of the newest event."""
    (series,) = told(context)[-1][1].series
    return series


def versions(forecast: PublishedForecast) -> dict[str, int]:
    return {f"{one.item_id}@{one.location_id}": one.version for one in forecast.series}


def test_a_fit_is_told_as_weeks_with_quantiles(crm: Crm) -> None:
    crm.settle()
    ((subject, forecast),) = told(crm.context)
    (series,) = forecast.series
    assert (subject, series.version, series.unit) == ("BOTTLE", 1, "EA")
    assert (series.start, series.end) == (date(2011, 8, 29), date(2011, 11, 27))
    assert [bucket.end - bucket.start for bucket in series.buckets] == [timedelta(days=6)] * 13
    bucket = series.buckets[0]
    assert bucket.mean == pytest.approx(Decimal(70), rel=Decimal("0.1"))
    assert list(bucket.quantiles) == ["0.1", "0.5", "0.9"]
    assert bucket.quantiles["0.1"] <= bucket.quantiles["0.5"] <= bucket.quantiles["0.9"]


def test_a_deal_raises_the_weeks_of_its_window_and_names_its_part(crm: Crm) -> None:
    crm.settle()
    before = newest(crm.context)
    crm.send()
    crm.settle()
    after = newest(crm.context)
    assert after.version == 2
    rises = [new.mean - old.mean for old, new in zip(before.buckets, after.buckets, strict=True)]
    assert rises[:4] == [0, 0, 200, 0]
    assert [bucket.opportunities for bucket in after.buckets[:4]] == [0, 0, 200, 0]
    assert after.buckets[2].quantiles["0.9"] > before.buckets[2].quantiles["0.9"] + 350
    assert after.buckets[1].quantiles == before.buckets[1].quantiles


def _override(crm: Crm, days: tuple[date, date], **amount: Decimal | None) -> UUID:
    new = NewOverride(
        ("BOTTLE", "UK"), **{"factor": None, "per_week": None, **amount}, days=days, reason="fair"
    )
    with crm.context.database.write() as session:
        when = moment(session, crm.context.clock())
        return override_forecast(session, new, ANNA, when).override_id


def test_planners_overrides_are_told_week_by_week_with_their_part(crm: Crm) -> None:
    crm.settle()
    before = newest(crm.context)
    fair = date(2011, 9, 5), date(2011, 9, 15)  # a week, and three days of the next
    override_id = _override(crm, fair, factor=Decimal("1.7"))
    crm.settle()
    during = newest(crm.context)
    own = before.buckets[0].mean
    expected = [0, own * Decimal("0.7"), own * Decimal("0.3"), 0]
    parts = [bucket.override for bucket in during.buckets[:4]]
    assert parts == pytest.approx(expected, abs=Decimal("0.001"))
    for old, new in zip(before.buckets, during.buckets, strict=True):
        assert new.mean == pytest.approx(old.mean + new.override, abs=Decimal("0.001"))
    assert during.buckets[0].quantiles == before.buckets[0].quantiles
    stretched = before.buckets[1].quantiles["0.9"] * Decimal("1.7")
    assert during.buckets[1].quantiles["0.9"] == pytest.approx(stretched, abs=Decimal("0.01"))
    with crm.context.database.write() as session:
        when = moment(session, crm.context.clock())
        withdraw_override(session, override_id, ANNA, "cancelled", when)
    crm.settle()
    assert newest(crm.context).buckets == before.buckets
    assert newest(crm.context).version == 3


def test_a_deal_comes_on_top_of_what_a_planner_expects(crm: Crm) -> None:
    _override(crm, (date(2011, 9, 12), date(2011, 9, 19)), per_week=Decimal(10))
    crm.send()
    crm.settle()
    week = newest(crm.context).buckets[2]
    assert [week.mean, week.opportunities] == [210, 200]
    assert week.override == pytest.approx(Decimal(-60), abs=Decimal(5))


def test_the_forecast_of_the_system_in_charge_is_told_under_its_name(crm: Crm) -> None:
    crm.settle()
    own = newest(crm.context)
    tell(crm.context, *weeks(5, mean="140", version=1))
    put_in_charge(crm.context, item_id="BOTTLE")
    _override(crm, (date(2011, 9, 5), date(2011, 9, 12)), factor=Decimal("1.5"))
    crm.settle()
    used = newest(crm.context)
    assert [bucket.source for bucket in used.buckets] == ["foresight"] * 5 + [None] * 8
    assert [bucket.mean for bucket in used.buckets[:5]] == [140, 210, 140, 140, 140]
    assert used.buckets[1].override == 70
    assert used.buckets[5:] == own.buckets[5:]
    stretched = own.buckets[0].quantiles["0.9"] * 140 / own.buckets[0].mean
    assert used.buckets[0].quantiles["0.9"] == pytest.approx(stretched, abs=Decimal("0.01"))
    tell(crm.context, *weeks(5, mean="70", version=2))
    crm.settle()
    assert newest(crm.context).buckets[0].mean == 70


def test_a_plan_that_cannot_be_used_is_not_told_either(crm: Crm) -> None:
    crm.settle()
    tell(crm.context, *weeks(2, mean="140"))  # the protection interval is three weeks
    put_in_charge(crm.context, item_id="BOTTLE")
    crm.settle()
    assert {bucket.source for bucket in newest(crm.context).buckets} == {None}


def test_what_has_not_changed_is_not_told_again(crm: Crm, clock: FakeClock) -> None:
    sweep(crm.context)
    crm.send()
    crm.settle()
    crm.proposal_changed()
    clock.now += timedelta(days=1)
    sweep(crm.context)
    crm.settle()
    assert len(told(crm.context)) == 1
    clock.now += timedelta(days=6)
    sweep(crm.context)
    crm.settle()
    assert newest(crm.context).start == date(2011, 9, 5)


def test_an_event_holds_all_series_of_its_item_so_that_the_newest_says_all(
    erp: Erp, crm: Crm
) -> None:
    erp.send(FeedKind.ITEMS, item("CUP"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="FR"), terms("CUP"))
    crm.settle()
    assert [subject for subject, _ in told(crm.context)] == ["BOTTLE", "CUP"]
    crm.send(location="FR")
    crm.settle()
    subject, forecast = told(crm.context)[-1]
    assert (subject, versions(forecast)) == ("BOTTLE", {"BOTTLE@FR": 2, "BOTTLE@UK": 1})


def test_an_item_with_very_many_series_is_told_in_parts(
    erp: Erp, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "MOST_SERIES", 1)
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="FR"))
    crm.settle()
    events = told(crm.context)
    assert sum(len(forecast.series) for _, forecast in events) == 2
    assert all(subject.startswith("BOTTLE#") for subject, _ in events)


def test_what_nobody_plans_any_more_is_taken_back(erp: Erp, crm: Crm) -> None:
    crm.settle()
    key = {"item_id": "BOTTLE", "location_id": "UK", "supplier_id": "S-01"}
    erp.send(FeedKind.SUPPLIER_TERMS, Removal(SupplierTerms, terms().source, key))
    crm.settle()
    series = newest(crm.context)
    assert (series.version, series.buckets) == (2, ())
    assert (series.start, series.end) == (date(2011, 8, 29), date(2011, 11, 27))
    erp.send(FeedKind.SUPPLIER_TERMS, terms())
    crm.settle()
    assert newest(crm.context).version == 3
    assert len(newest(crm.context).buckets) == 13


@pytest.fixture
def planning(erp: Erp, client_for: Callable[..., TestClient]) -> TestClient:
    """A planning system that reads forecasts over HTTP."""
    client = client_for(router)
    client.headers.update(key_for(erp.context, "foresight", Scope.FORECASTS_READ))
    return client


def test_the_forecast_that_was_told_can_be_read_page_by_page(
    erp: Erp, crm: Crm, planning: TestClient
) -> None:
    erp.send(FeedKind.ITEMS, item("A/B"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="FR"), terms("A/B"))
    crm.settle()
    seen, after = [], None
    while True:
        query = {"limit": "1", **({"after": after} if after else {})}
        page = planning.get("/v1/forecasts", params=query).json()
        seen += [(one["item_id"], one["location_id"]) for one in page["series"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [("A/B", "UK"), ("BOTTLE", "FR"), ("BOTTLE", "UK")]
    (series,) = planning.get("/v1/forecasts?item=BOTTLE&location=UK").json()["series"]
    assert SeriesForecast.model_validate(series) in told(crm.context)[-1][1].series
    assert planning.get("/v1/forecasts?item=NONE").json() == {"series": [], "next": None}


@pytest.mark.parametrize("query", ["after=x", "items=BOTTLE", "limit=0"])
def test_a_question_that_is_not_understood_is_refused(planning: TestClient, query: str) -> None:
    assert planning.get(f"/v1/forecasts?{query}").status_code == 422
