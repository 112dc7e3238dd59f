"""Purchase lines of which the plan of this location alone cannot speak."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from service.feeds.batches import FeedKind
from service.forecasts.scopes import Use
from service.proposals.states import AMENDABLE
from tests.service.builders_feeds import Erp, location, purchase, terms
from tests.service.builders_network import Network, lane
from tests.service.builders_plan import of_kind
from tests.service.builders_plans import advice, put_in_charge, tell
from tests.service.conftest import FakeClock

SOON = date(2011, 8, 29) + timedelta(days=7)


@pytest.fixture
def network(erp: Erp, clock: FakeClock) -> Network:
    """A hub that sells nothing itself, and its shop, which has nearly nothing left."""
    network = Network(erp.context, clock, erp)
    erp.send(FeedKind.LOCATIONS, location("HUB"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="HUB"))
    network.count("HUB", 0)
    network.place("SHOP", 20, supplied=False)
    network.connect(lane("HUB", "SHOP"))
    network.work()
    return network


def _asked(network: Network) -> list[tuple[str, str]]:
    """What is asked of purchase lines at the hub, or bought there."""
    rows = [row for row in network.proposals() if row.location_id == "HUB"]
    return [(row.kind, row.state) for row in rows if row.state in AMENDABLE]


def test_what_a_hub_bought_for_its_shop_is_neither_cancelled_nor_bought_again(
    network: Network,
) -> None:
    (bought,) = [row for row in network.open("requisition") if row.location_id == "HUB"]
    quantity = bought.recommended_quantity
    taken = network.take(bought, "requisition")
    line = purchase(
        "PO-1", str(quantity), location_id="HUB", due_date=SOON, proposal_ref=taken.external_ref
    )
    network.erp.send(FeedKind.OPEN_ORDERS, line)
    network.work()
    assert _asked(network) == []
    assert of_kind(network.recommendation("HUB"), "scheduled_receipt") == -quantity
    network.count("SHOP", 300)  # the shop needs nothing for now, and will again
    network.work()
    assert _asked(network) == []


def test_our_plan_asks_nothing_of_lines_that_another_system_ordered(erp: Erp) -> None:
    network = Network(erp.context, FakeClock(erp.context.clock()), erp)
    network.count("UK", 3000)
    erp.send(FeedKind.OPEN_ORDERS, purchase("PO-1", "400", due_date=SOON))
    network.work()
    tell(erp.context, advice("0"))
    assert [row.kind for row in network.open("cancel_order")] == ["cancel_order"]
    put_in_charge(erp.context, Use.RECOMMENDATION)
    network.work()
    assert network.open("cancel_order") == []


def test_without_others_a_line_that_nothing_needs_is_still_asked_about(
    erp: Erp, clock: FakeClock
) -> None:
    network = Network(erp.context, clock, erp)
    network.place("DE", 30)
    network.connect(lane("UK", "DE"))
    line = purchase("PO-9", "4000", location_id="DE", due_date=SOON)
    erp.send(FeedKind.OPEN_ORDERS, line)
    network.count("DE", 400)
    network.work()
    (message,) = [row for row in network.proposals() if row.purchase_line == "erp/PO-9"]
    assert message.recommended_quantity == Decimal(4000)
