from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.access.api_keys import Scope
from service.context import ServiceContext
from service.exceptions.routes import router as exceptions_router
from service.feeds.batches import FeedKind, Outcome, RowResult
from service.feeds.outside_routes import EXAMPLE, router
from service.feeds.outside_tables import OutsideForecastRow, OutsideRecommendationRow
from service.signals.replay_routes import router as replay_router
from tests.service.builders_feeds import Erp, box, clean, dirty, item, key_for, outcomes, stored
from tests.service.builders_plans import FORESIGHT, advice, bucket, open_exceptions, tell, weeks
from tests.service.conftest import FakeClock

pytestmark = pytest.mark.usefixtures("erp")


def told(context: ServiceContext) -> list[tuple[Any, ...]]:
    return [
        (row.start, row.mean, row.version)
        for row in sorted(stored(context, OutsideForecastRow), key=lambda row: row.start)
    ]


def slug(result: RowResult) -> tuple[str, str]:
    assert result.problem is not None
    return result.problem["type"].rpartition(":")[2], result.problem["pointer"]


def test_a_forecast_is_stored_and_its_key_recomputed(context: ServiceContext) -> None:
    assert outcomes(tell(context, *weeks(3))) == [Outcome.STORED] * 3
    assert [mean for _, mean, _ in told(context)] == [70, 70, 70]
    assert dirty(context) == {("BOTTLE", "UK"): False}
    clean(context)
    assert outcomes(tell(context, *weeks(3))) == [Outcome.UNCHANGED] * 3
    assert dirty(context) == {}


def test_an_import_replaces_its_range_and_leaves_the_rest(context: ServiceContext) -> None:
    tell(context, *weeks(4))
    tell(context, bucket(1, "90", version=2), bucket(2, "90", version=2))
    assert [(mean, version) for _, mean, version in told(context)] == [
        (70, 1),
        (90, 2),
        (90, 2),
        (70, 1),
    ]


def test_a_stored_bucket_that_reaches_beyond_the_range_keeps_its_other_days(
    context: ServiceContext,
) -> None:
    tell(context, bucket(0, "210", end="2011-09-18", quantiles={"0.9": "300"}))
    tell(context, bucket(1, "5", version=2))
    assert told(context) == [
        (date(2011, 8, 29), 70, 1),
        (date(2011, 9, 5), 5, 2),
        (date(2011, 9, 12), 70, 1),
    ]


def test_an_older_version_never_replaces_a_newer_one(context: ServiceContext) -> None:
    tell(context, *weeks(2, version=7))
    assert outcomes(tell(context, *weeks(4, "1", version=6))) == [Outcome.STALE] * 4
    tell(context, advice(version=7))
    assert outcomes(tell(context, advice("5", version=6))) == [Outcome.STALE]
    assert {version for _, _, version in told(context)} == {7}


def test_one_version_says_one_thing(context: ServiceContext) -> None:
    tell(context, *weeks(2), advice())
    answers = tell(context, bucket(0, "1"), advice("1"))
    assert [slug(one)[0] for one in answers] == ["version-reused"] * 2


def test_the_parts_of_a_version_may_come_apart(context: ServiceContext) -> None:
    tell(context, *weeks(2, version=2))
    assert outcomes(tell(context, bucket(2, version=2))) == [Outcome.STORED]
    assert len(told(context)) == 3


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (bucket(2), "missing-bucket"),
        (bucket(0, start="2011-09-03", end="2011-09-09"), "overlapping-buckets"),
        (bucket(0), "overlapping-buckets"),
    ],
)
def test_buckets_that_do_not_follow_each_other_are_refused_together(
    context: ServiceContext, second: dict[str, Any], what: str
) -> None:
    answers = tell(context, bucket(0), second, bucket(0, location_id="HUB"))
    assert [slug(one) for one in answers[:2]] == [(what, "/rows/1/start")] * 2
    assert told(context) == []


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"mean": "NaN"}, "/rows/0/mean"),
        ({"mean": "-1"}, "/rows/0/mean"),
        ({"mean": float("inf")}, "/rows/0/mean"),
        ({"start": 20110829}, "/rows/0/start"),
        ({"version": "3"}, "/rows/0/version"),
        ({"surprise": 1}, "/rows/0/surprise"),
        ({"quantiles": {"0.9": "NaN"}}, "/rows/0/quantiles/0.9"),
        ({"end": "2011-08-01"}, "/rows/0"),
        ({"quantiles": {"1.5": "9"}}, "/rows/0"),
        ({"quantiles": {"0.5": "9", "0.9": "8"}}, "/rows/0"),
        ({"kind": "guess"}, "/rows/0/kind"),
        ({"kind": []}, "/rows/0/kind"),
        ({"system": "other"}, "/rows/0/system"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(
    context: ServiceContext, change: dict[str, Any], at: str
) -> None:
    (answer,) = tell(context, bucket(0, **change))
    assert (answer.result, slug(answer)[1]) == (Outcome.REJECTED, at)


def test_quantities_are_kept_in_base_units(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.ITEMS, item(conversions=(box("12"),)))
    tell(context, bucket(0, "5", unit="BOX", quantiles={"0.9": "7"}))
    tell(context, advice("2", unit="BOX"))
    (forecast,) = stored(context, OutsideForecastRow)
    assert (forecast.mean, forecast.quantiles) == (60, {"0.9": "84"})
    (recommended,) = stored(context, OutsideRecommendationRow)
    assert recommended.quantity == 24


def test_two_recommendations_for_one_place_are_refused(context: ServiceContext) -> None:
    answers = tell(context, advice("5"), advice("6"))
    assert [slug(one) for one in answers] == [
        ("told-twice", "/rows/0/item_id"),
        ("told-twice", "/rows/1/item_id"),
    ]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (bucket(0, item_id="CUP"), "unknown_product"),
        (bucket(0, location_id="EU"), "unknown_location"),
        (bucket(0, unit="BOX"), "unknown_unit"),
        (bucket(-1), "closed_period"),
        (advice(item_id="CUP"), "unknown_product"),
        (advice(location_id="EU"), "unknown_location"),
        (advice(unit="BOX"), "unknown_unit"),
        (advice(required_date="2011-08-28"), "closed_period"),
    ],
)
def test_what_cannot_be_used_yet_is_kept(
    context: ServiceContext, row: dict[str, Any], kind: str
) -> None:
    (answer,) = tell(context, row)
    (kept,) = open_exceptions(context)
    assert (answer.result, answer.exception_id) == (Outcome.EXCEPTION, kept.exception_id)
    assert (kept.kind, kept.system) == (kind, FORESIGHT)


def test_a_week_that_is_over_is_no_exception_where_it_was_known_in_time(
    context: ServiceContext, clock: FakeClock
) -> None:
    tell(context, *weeks(2), advice(required_date="2011-08-29"))
    later = clock.now.replace(month=9, day=5)
    answers = tell(context, *weeks(2), advice(required_date="2011-08-29"), now=later)
    assert outcomes(answers) == [Outcome.UNCHANGED] * 3


@pytest.fixture
def client(client_for: Callable[..., TestClient], context: ServiceContext) -> TestClient:
    client = client_for(router, exceptions_router, replay_router)
    client.headers.update(
        key_for(context, FORESIGHT, Scope.FORECASTS_WRITE, Scope.EXCEPTIONS_WRITE)
    )
    return client


def test_an_import_exception_is_seen_mended_and_replayed(
    erp: Erp, client: TestClient, context: ServiceContext
) -> None:
    tell(context, *(bucket(week, item_id="CUP") for week in range(2)))
    seen = client.get("/v1/exceptions", params={"kind": "unknown_product"}).json()["exceptions"]
    assert [one["payload"]["item_id"] for one in seen] == ["CUP", "CUP"]
    erp.send(FeedKind.ITEMS, item("CUP"))
    answer = client.post("/v1/exceptions/replay", params={"kind": "unknown_product"}).json()
    assert (answer["replayed"], answer["still_open"]) == (2, 0)
    assert [row.item_id for row in stored(context, OutsideForecastRow)] == ["CUP", "CUP"]


def test_an_import_exception_can_be_corrected(client: TestClient, context: ServiceContext) -> None:
    tell(context, advice(required_date="2011-08-28"))
    (kept,) = open_exceptions(context)
    answer = client.post(
        f"/v1/exceptions/{kept.exception_id}/replay",
        json={"corrections": {"required_date": "2011-09-20"}},
    )
    assert answer.json()["result"] == "stored"
    assert open_exceptions(context) == []


def test_a_newer_import_ends_the_exceptions_of_an_older_one(
    erp: Erp, context: ServiceContext
) -> None:
    tell(context, bucket(0, unit="BOX"))
    tell(context, bucket(0, version=2))
    assert open_exceptions(context) == []
    tell(context, bucket(1, unit="BOX", version=2))
    erp.send(FeedKind.ITEMS, item(conversions=(box("12"),)))
    tell(context, *weeks(3, version=3))
    assert open_exceptions(context) == []


def test_the_documented_example_works_as_printed(erp: Erp, client: TestClient) -> None:
    erp.send(FeedKind.ITEMS, item(conversions=(box("12"),)))
    answer = client.post("/v1/forecasts", json=EXAMPLE).json()
    assert answer["counts"] == {"stored": 2}
    schema = client.get("/openapi.json").json()["paths"]["/v1/forecasts"]["post"]["requestBody"]
    row = schema["content"]["application/json"]["schema"]["properties"]["rows"]["items"]
    assert "version" not in row["oneOf"][0]["properties"]


def test_a_system_tells_only_its_own_plan(client: TestClient) -> None:
    answer = client.post("/v1/forecasts", json={**EXAMPLE, "system": "other"})
    assert (answer.status_code, answer.json()["type"]) == (
        403,
        "urn:pegline:problem:system-mismatch",
    )
