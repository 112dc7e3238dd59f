"""Places that only supply others: what they have is spare, as far as nobody sells it there."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from service.feeds.batches import FeedKind
from service.forecasts.tables import SeriesForecastRow
from tests.service.builders_feeds import Erp, location, sale, stored, terms
from tests.service.builders_network import Network, lane
from tests.service.conftest import FakeClock

LAST_DAY = date(2011, 8, 28)


@pytest.fixture
def network(erp: Erp, clock: FakeClock) -> Network:
    """A hub that has bottles and never sold one, and a shop that sells ten a day."""
    network = Network(erp.context, clock, erp)
    erp.send(FeedKind.LOCATIONS, location("HUB"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="HUB"))
    network.count("HUB", 500)
    network.place("SHOP", 20, supplied=False)
    return network


def _baseline(network: Network, name: str) -> tuple[str, float]:
    rows = stored(network.context, SeriesForecastRow)
    (row,) = [row for row in rows if (row.item_id, row.location_id) == ("BOTTLE", name)]
    return row.demand_class, row.interval_mean


def _bought(network: Network) -> list[str]:
    """Where bottles are bought; those of the UK are no part of this."""
    places = [row.location_id for row in network.open("requisition")]
    return [place for place in places if place != "UK"]


def test_a_hub_expects_no_sales_of_its_own_and_gives_what_it_has(network: Network) -> None:
    network.connect(lane("HUB", "SHOP"))
    network.work()
    assert _baseline(network, "HUB") == ("intermittent", 0)
    assert network.transfer().recommended_quantity > 30
    assert _bought(network) == []


def test_without_a_lane_from_there_the_item_is_new_there_until_one_is_told(
    network: Network,
) -> None:
    network.work()
    assert _baseline(network, "HUB")[0] == "new"
    network.connect(lane("HUB", "SHOP"))
    network.work()
    assert _baseline(network, "HUB")[0] == "intermittent"


def test_a_hub_behind_a_hub_passes_on_too(network: Network) -> None:
    network.erp.send(FeedKind.LOCATIONS, location("PORT"))
    network.erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="PORT"))
    network.connect(lane("PORT", "HUB"), lane("HUB", "SHOP"))
    network.work()
    assert _baseline(network, "PORT") == ("intermittent", 0)


def test_what_is_sold_at_the_hub_itself_is_its_own_demand(network: Network) -> None:
    network.connect(lane("HUB", "SHOP"))
    network.work()
    days = [LAST_DAY - timedelta(weeks=back) for back in range(30)]
    sales = [sale(f"HUB-{day}", "7", location_id="HUB", sold_on=day) for day in days]
    network.erp.send(FeedKind.SALES_LINES, *sales)
    network.work()
    kind, mean = _baseline(network, "HUB")
    assert kind == "smooth"
    assert mean > 7


def test_a_few_weeks_of_sales_at_the_shop_do_not_say_that_the_hub_sells_nothing(
    erp: Erp, clock: FakeClock
) -> None:
    network = Network(erp.context, clock, erp)
    erp.send(FeedKind.LOCATIONS, location("HUB"), location("SHOP"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="HUB"))
    days = [LAST_DAY - timedelta(days=back) for back in range(40)]
    sales = [sale(f"SHOP-{day}", "7", location_id="SHOP", sold_on=day) for day in days]
    erp.send(FeedKind.SALES_LINES, *sales)
    network.connect(lane("HUB", "SHOP"))
    network.work()
    assert _baseline(network, "HUB")[0] == "new"


def test_what_the_hub_lacks_for_its_shop_it_buys(network: Network) -> None:
    network.connect(lane("HUB", "SHOP"))
    network.count("HUB", 5)
    network.work()
    assert network.transfer().recommended_quantity == Decimal(5)
    assert _bought(network) == ["HUB"]
