"""A network, an override, another system's forecast and its recommendations, all together."""

from decimal import Decimal

from sqlalchemy import select

from rules.ordering.explanation import recompute_quantity
from service.feeds.batches import FeedKind
from service.forecasts.scopes import Use
from service.replenishment.replay import replay
from service.replenishment.tables import DecisionRow, RecommendationRow
from tests.service.builders_feeds import Erp
from tests.service.builders_network import Network, lane
from tests.service.builders_overrides import Ask
from tests.service.builders_plan import of_kind
from tests.service.builders_plans import advice, put_in_charge, tell, weeks
from tests.service.builders_supplier_orders import conditions
from tests.service.conftest import FakeClock


def _all_adds_up_and_replays(network: Network) -> None:
    with network.context.database.read() as session:
        for row in session.scalars(select(RecommendationRow)):
            terms = sum(Decimal(term["quantity"]) for term in row.explanation["terms"])
            assert terms == row.quantity == recompute_quantity(row.explanation)
        decisions = list(session.scalars(select(DecisionRow.decision_id)))
        replays = [replay(session, decision_id) for decision_id in decisions]
    assert decisions
    assert [found.differences for found in replays if found] == [[]] * len(decisions)


def test_every_quantity_adds_up_and_every_decision_replays_whatever_comes_together(
    erp: Erp, clock: FakeClock, ask: Ask
) -> None:
    network = Network(erp.context, clock, erp)
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions("5000"))
    network.count("UK", 100)
    network.place("SHOP", 20, supplied=False)
    network.connect(lane("UK", "SHOP"))
    network.work()
    ask(0, 21)
    tell(erp.context, *weeks(12, "90"))
    put_in_charge(erp.context, Use.FORECAST)
    network.work()
    hub, shop = network.recommendation("UK"), network.recommendation("SHOP")
    assert of_kind(hub, "baseline") == 270
    assert of_kind(hub, "forecast_override") == 135
    in_whole_bottles = of_kind(hub, "downstream_needs") + of_kind(shop, "passed_upstream")
    assert 0 <= in_whole_bottles < 1
    _all_adds_up_and_replays(network)

    network.count("UK", 450)
    network.work()
    assert network.open("transfer")
    _all_adds_up_and_replays(network)

    tell(erp.context, advice("77"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    network.work()
    assert network.open("transfer") == []  # who decides alone neither gives nor receives
    assert of_kind(network.recommendation("UK"), "outside_recommendation") == 77
    assert of_kind(network.recommendation("SHOP"), "passed_upstream") == 0
    _all_adds_up_and_replays(network)
