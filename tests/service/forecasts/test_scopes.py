from datetime import date
from typing import Any

import pytest

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.forecasts.scopes import Area, NewScope, Use, deciding_scopes, stop_scope, use_outside
from service.forecasts.tables import ForecastScopeRow
from service.http.problems import Problem
from service.work.business_date import business_date
from tests.service.builders_feeds import Erp, clean, dirty, item, terms

KEYS = {("BOTTLE", "UK"), ("BOTTLE", "FR"), ("CUP", "UK"), ("CUP", "FR")}


@pytest.fixture
def catalogue(erp: Erp) -> ServiceContext:
    erp.send(FeedKind.ITEMS, item("BOTTLE", item_group="GLASS"), item("CUP", item_group="CHINA"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="FR"), terms("CUP"), terms("CUP", "FR"))
    clean(erp.context)
    return erp.context


def use(
    context: ServiceContext,
    system: str,
    how: Use = Use.FORECAST,
    until: date | None = None,
    **area: Any,
) -> ForecastScopeRow:
    wanted = NewScope(system, how, Area(**area), "trial", until)
    now = context.clock()
    with context.database.write() as session:
        return use_outside(session, wanted, "anna", business_date(session, now), now)


def decided(context: ServiceContext, today: date = date(2011, 8, 29)) -> dict[str, str]:
    with context.database.read() as session:
        found = deciding_scopes(session, KEYS, today)
    return {f"{item_id}@{place}": row.system for (item_id, place), row in sorted(found.items())}


def test_the_most_specific_scope_decides(catalogue: ServiceContext) -> None:
    use(catalogue, "one", item_id="BOTTLE", location_id="UK")
    use(catalogue, "two", item_id="BOTTLE")
    use(catalogue, "three", item_group="CHINA", location_id="FR")
    use(catalogue, "four", item_group="CHINA")
    use(catalogue, "five", location_id="FR")
    assert decided(catalogue) == {
        "BOTTLE@UK": "one",
        "BOTTLE@FR": "two",
        "CUP@FR": "three",
        "CUP@UK": "four",
    }


def test_of_equal_scopes_the_newest_decides_whatever_it_is_for(catalogue: ServiceContext) -> None:
    use(catalogue, "old", item_id="CUP")
    use(catalogue, "new", Use.RECOMMENDATION, item_id="CUP")
    assert decided(catalogue) == {"CUP@FR": "new", "CUP@UK": "new"}


def test_a_part_of_a_scope_can_be_left_to_our_own_forecast(catalogue: ServiceContext) -> None:
    use(catalogue, "foresight", location_id="UK")
    use(catalogue, "own", item_id="CUP")
    assert decided(catalogue) == {"BOTTLE@UK": "foresight"}


def test_a_scope_ends_with_its_last_day(catalogue: ServiceContext) -> None:
    use(catalogue, "foresight", until=date(2011, 9, 2), item_id="CUP", location_id="UK")
    assert decided(catalogue, date(2011, 9, 2)) == {"CUP@UK": "foresight"}
    assert decided(catalogue, date(2011, 9, 3)) == {}


def test_a_change_marks_the_keys_concerned_and_no_others(catalogue: ServiceContext) -> None:
    scope = use(catalogue, "foresight", item_group="CHINA", location_id="UK")
    assert dirty(catalogue) == {("CUP", "UK"): False}
    clean(catalogue)
    with catalogue.database.write() as session:
        stop_scope(session, scope.scope_id, "anna", catalogue.clock())
    assert dirty(catalogue) == {("CUP", "UK"): False}
    assert decided(catalogue) == {}


def test_a_scope_is_stopped_once(catalogue: ServiceContext) -> None:
    scope = use(catalogue, "foresight")
    with catalogue.database.write() as session:
        stop_scope(session, scope.scope_id, "anna", catalogue.clock())
    with (
        pytest.raises(Problem, match="stopped already"),
        catalogue.database.write() as session,
    ):
        stop_scope(session, scope.scope_id, "anna", catalogue.clock())


@pytest.mark.parametrize(
    "area", [{"item_id": "NONE"}, {"location_id": "NONE"}, {"item_group": "NONE"}]
)
def test_a_scope_of_nothing_is_refused(catalogue: ServiceContext, area: dict[str, Any]) -> None:
    with pytest.raises(Problem, match="NONE"):
        use(catalogue, "foresight", **area)


def test_a_scope_that_is_over_is_refused(catalogue: ServiceContext) -> None:
    with pytest.raises(Problem, match="is over"):
        use(catalogue, "foresight", until=date(2011, 8, 28))
