"""Transfers as planners see them: in the queue, on their page, beside a purchase."""

import pytest

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.policies.versions import ensure_default
from tests.service.builders_feeds import Erp, item
from tests.service.builders_network import Network, lane
from tests.service.conftest import FakeClock
from tests.service.web.conftest import Browser


@pytest.fixture
def network(context: ServiceContext, clock: FakeClock) -> Network:
    """UK can spare some of what DE lacks; the rest is bought."""
    with context.database.write() as session:
        ensure_default(session, clock())
    network = Network(context, clock, Erp(context))
    network.erp.send(FeedKind.ITEMS, item("BOTTLE", description="Water bottle"))
    network.place("UK", 320)
    network.place("DE", 40)
    network.connect(lane("UK", "DE"))
    network.work()
    return network


def test_the_queue_shows_from_where_to_where_and_filters_by_kind(
    planner: Browser, network: Network
) -> None:
    transfer, order = network.transfer().external_ref, network.order().external_ref
    everything = planner.get("/queue?state=all").text
    assert "UK → DE" in everything
    assert "Transfer</span>" in everything
    only = planner.get("/queue?state=all&kind=transfer").text
    assert transfer in only
    assert order not in only
    assert transfer in planner.get("/queue?state=all&location=UK").text


def test_a_transfers_page_shows_the_terms_of_both_ends(planner: Browser, network: Network) -> None:
    page = planner.get(f"/proposals/{network.transfer().external_ref}").text
    for said in (
        "Transfer UK → DE",
        "What UK can spare",
        "What DE needs",
        "Kept for its own order-up-to level",
        "Missing at DE",
        "Moved between locations",
    ):
        assert said in page


def test_the_purchase_beside_a_transfer_names_it(planner: Browser, network: Network) -> None:
    transfer = network.transfer().external_ref
    page = planner.get(f"/proposals/{network.order().external_ref}").text
    assert f'href="/proposals/{transfer}"' in page
    assert "Transfer from UK in this plan" in page


def test_a_quantity_that_the_giver_cannot_spare_is_refused_with_how_much_it_can(
    planner: Browser, network: Network
) -> None:
    row = network.transfer()
    fields = {"version": row.row_version, "quantity": "9999", "reason": "more"}
    refused = planner.send(f"/proposals/{row.external_ref}/change", fields)
    assert refused.status_code == 422
    assert f"UK can spare {row.spare_quantity:,.0f}" in refused.text
