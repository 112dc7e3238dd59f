"""What a planner sees where another planning system is in charge."""

import pytest

from service.context import ServiceContext
from service.forecasts.scopes import Use
from tests.service.builders_feeds import Erp, steady_erp
from tests.service.builders_plan import plan, proposals, recommendations
from tests.service.builders_plans import advice, bucket, put_in_charge, tell, weeks
from tests.service.web.conftest import Browser


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """An ERP with a year of steady sales."""
    return steady_erp(context)


def test_the_source_of_a_forecast_is_named(erp: Erp, planner: Browser) -> None:
    tell(erp.context, *weeks(4, "140"))
    put_in_charge(erp.context)
    plan(erp.context)
    newest = recommendations(erp.context)[-1]
    page = planner.get(f"/recommendations/{newest.recommendation_id}").text
    assert "forecast by foresight" in page
    assert "foresight, version 1, as of 29 Aug 2011" in page


def test_a_recommendation_is_shown_as_what_it_is(erp: Erp, planner: Browser) -> None:
    tell(erp.context, advice("130", reference="PLO-12", supplier_id="S-09"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    (proposal,) = proposals(erp.context)
    page = planner.get(f"/proposals/{proposal.external_ref}").text
    assert "Recommended by foresight as PLO-12, wanted by 12 Sep 2011" in page
    assert "foresight as PLO-12, version 1" in page
    assert "S-09, of whom no terms are known" in page
    assert "Recommended quantity" in page
    assert "Order-up-to level" not in page


def test_a_later_order_day_is_shown_and_that_the_erp_waits_for_it(
    erp: Erp, planner: Browser
) -> None:
    tell(erp.context, advice("130", order_date="2011-09-05"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    (proposal,) = proposals(erp.context)
    page = planner.get(f"/proposals/{proposal.external_ref}").text
    assert "Order by</dt><dd>5 Sep 2011" in page
    assert "The ERP is not offered it before 5 Sep 2011" in page


def test_what_was_not_taken_is_on_the_exceptions_page(erp: Erp, planner: Browser) -> None:
    tell(erp.context, bucket(0, item_id="CUP"))
    put_in_charge(erp.context)
    plan(erp.context)
    page = planner.get("/exceptions").text
    assert "Unknown product" in page
    assert "Outside forecast unusable" in page
