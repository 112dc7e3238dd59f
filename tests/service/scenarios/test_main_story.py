"""The main job from end to end, over HTTP, against the running service."""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from rules.ordering.explanation import recompute_quantity
from tests.service.conftest import empty_database
from tests.service.scenarios.distributor import Distributor, terms
from tests.service.scenarios.running_service import RunningService, running_service

pytestmark = pytest.mark.parametrize(
    "service",
    [
        pytest.param(("sqlite", "local"), id="sqlite-local"),
        pytest.param(("postgresql", "local"), id="postgresql-local", marks=pytest.mark.long),
        pytest.param(("postgresql", "redis"), id="postgresql-redis"),
    ],
    indirect=True,
)


@pytest.fixture(scope="module")
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningService]:
    """One service for all tests of a variant: a database, and what wakes the worker."""
    database, bell = request.param
    folder = tmp_path_factory.mktemp("story")
    settings = {"REPLENISH_CLAIM_LEASE_SECONDS": "2"}
    if bell == "redis":
        settings["REPLENISH_REDIS_URL"] = request.getfixturevalue("valkey_server")
    with (
        empty_database(request, database, folder) as url,
        running_service(url, folder, **settings) as running,
    ):
        yield running


@pytest.fixture
def distributor(service: RunningService, request: pytest.FixtureRequest) -> Distributor:
    """A distributor of the test's own: its item, its warehouse, its key account."""
    own = f"{zlib.crc32(request.node.originalname.encode()):08x}"
    distributor = Distributor(
        service, datetime.now(UTC).date(), f"BOTTLE-{own}", f"UK-{own}", f"ACME-{own}"
    )
    distributor.open_for_business()
    return distributor


def test_an_opportunity_raises_the_order_until_it_is_lost(distributor: Distributor) -> None:
    before = distributor.recommendation()
    (proposal,) = distributor.open_proposals()

    distributor.signal("OPP-1", 1, 400)
    raised = distributor.recommendation()
    rise = Decimal(raised["order_up_to_level"]) - Decimal(before["order_up_to_level"])
    assert terms(raised, "opportunity") == 200
    assert rise == 200 + terms(raised, "safety_stock") - terms(before, "safety_stock")
    assert Decimal(raised["quantity"]) > Decimal(before["quantity"])
    (amended,) = distributor.open_proposals()
    assert amended["external_ref"] == proposal["external_ref"]
    assert Decimal(amended["quantity"]) == Decimal(raised["quantity"])

    distributor.signal("OPP-1", 2, 150)
    shrunk = distributor.recommendation()
    assert terms(shrunk, "opportunity") == 75
    assert Decimal(shrunk["quantity"]) < Decimal(raised["quantity"])
    (amended,) = distributor.open_proposals()
    assert amended["external_ref"] == proposal["external_ref"]
    assert Decimal(amended["quantity"]) == Decimal(shrunk["quantity"])

    distributor.signal("OPP-1", 3, 150, status="lost", win_probability="0.01")
    back = distributor.recommendation()
    assert back["quantity"] == before["quantity"]
    assert back["order_up_to_level"] == before["order_up_to_level"]
    (amended,) = distributor.open_proposals()
    assert amended["external_ref"] == proposal["external_ref"]
    assert recompute_quantity(back["explanation"]) == Decimal(back["quantity"])


def test_a_won_opportunity_is_counted_once_from_the_deal_to_the_shipment(
    distributor: Distributor,
) -> None:
    before = distributor.recommendation()
    won = {"status": "won", "win_probability": "1"}
    seen = []

    def look() -> None:
        now = distributor.recommendation()
        seen.append(
            (
                terms(now, "opportunity") + terms(now, "linked_orders"),
                terms(now, "baseline"),
                Decimal(now["explanation"]["net_requirement"]),
            )
        )

    distributor.signal("OPP-2", 1, 400, **won)
    look()
    distributor.order("SO-1", 250, opportunity="OPP-2")
    look()
    distributor.order("SO-2", 150, opportunity="OPP-2")
    look()
    distributor.ship("SO-1", 250, opportunity="OPP-2")
    distributor.stock(300 - 250)
    shipped = distributor.recommendation()

    net = Decimal(before["explanation"]["net_requirement"])
    assert seen == [(Decimal(400), terms(before, "baseline"), net + 400)] * 3
    assert terms(shipped, "opportunity") + terms(shipped, "linked_orders") == 150
    assert Decimal(shipped["explanation"]["net_requirement"]) == net + 400


def test_a_claim_that_crashed_is_offered_again_under_the_same_key(
    distributor: Distributor,
) -> None:
    recommendation = distributor.recommendation()
    (proposal,) = distributor.open_proposals()
    distributor.approve(proposal)

    crashed = distributor.claim("night-1")
    (offered,) = crashed["proposals"]
    assert offered["external_ref"] == proposal["external_ref"]
    assert Decimal(offered["quantity"]) == Decimal(recommendation["quantity"])
    again = distributor.claim("night-2")
    (once_more,) = again["proposals"]
    assert once_more["external_ref"] == proposal["external_ref"]
    assert once_more["previously_taken"] is True

    taken = {
        "claim_id": again["claim_id"],
        "erp_number": f"REQ-{proposal['external_ref']}",
        "accepted_quantity": once_more["quantity"],
    }
    path = f"/v1/requisition-proposals/{proposal['external_ref']}/acknowledge"
    first = distributor.service.erp.post(path, taken)
    assert first["state"] == "acknowledged"
    assert distributor.service.erp.post(path, taken) == first
    settled = distributor.recommendation()
    assert Decimal(settled["quantity"]) == 0
    assert terms(settled, "committed_proposal") == -Decimal(once_more["quantity"])
    assert distributor.open_proposals() == []


def test_what_the_erp_took_is_never_changed_silently(distributor: Distributor) -> None:
    distributor.signal("OPP-3", 1, 400)
    distributor.recommendation()
    (proposal,) = distributor.open_proposals()
    distributor.approve(proposal)
    claimed = distributor.claim("night-1")
    (offered,) = claimed["proposals"]
    distributor.service.erp.post(
        f"/v1/requisition-proposals/{offered['external_ref']}/acknowledge",
        {
            "claim_id": claimed["claim_id"],
            "erp_number": f"REQ-{offered['external_ref']}",
            "accepted_quantity": offered["quantity"],
        },
    )
    distributor.recommendation()

    distributor.signal("OPP-3", 2, 900)
    raised = distributor.recommendation()
    (added,) = distributor.open_proposals()
    assert added["external_ref"] != offered["external_ref"]
    assert Decimal(added["quantity"]) == Decimal(raised["quantity"])

    distributor.signal("OPP-3", 3, 900, status="lost")
    distributor.recommendation()
    assert distributor.open_proposals() == []
    path = f"/v1/requisition-proposals/{offered['external_ref']}"
    asked = distributor.service.erp.get(path)
    assert asked["state"] == "change_requested"
    assert Decimal(asked["requested_quantity"]) < Decimal(offered["quantity"])


def test_the_crm_reads_what_its_deal_can_count_on(distributor: Distributor) -> None:
    distributor.signal("OPP-6", 1, 400)
    distributor.recommendation()
    (proposal,) = distributor.open_proposals()
    outlook = distributor.service.crm.get("/v1/opportunities/OPP-6/outlook")
    (line,) = outlook["lines"]
    assert Decimal(line["uncovered"]) > 0
    assert proposal["external_ref"] in line["note"]
    distributor.approve(proposal)
    line = distributor.outlook_after_undo("OPP-6")
    assert Decimal(line["uncovered"]) == 0
    assert line["supplied"][-1]["reference"] == proposal["external_ref"]


def test_repeated_and_outdated_signals_change_nothing(distributor: Distributor) -> None:
    distributor.signal("OPP-4", 2, 400)
    settled = distributor.recommendation()
    assert distributor.signal("OPP-4", 2, 400)["result"] == "duplicate"
    assert distributor.signal("OPP-4", 1, 40)["result"] == "stale"
    now = distributor.recommendation()
    assert now["recommendation_id"] == settled["recommendation_id"]


def test_the_story_is_told_backwards_and_the_decision_replayed(distributor: Distributor) -> None:
    distributor.signal("OPP-5", 1, 400)
    distributor.recommendation()
    distributor.signal("OPP-5", 2, 150)
    decided = distributor.recommendation()
    (proposal,) = distributor.open_proposals()
    replenish = distributor.service.replenish

    story = json.loads(replenish("explain", proposal["external_ref"], "--json"))
    (signal,) = story["signals"]
    assert (signal["message_id"], signal["source_version"]) == ("M-OPP-5-2", 2)
    assert story["proposal"]["revision"] == proposal["revision"]
    told = replenish("explain", proposal["external_ref"])
    assert "Opportunity OPP-5: 150 at 50 %" in " ".join(told.split())

    decision_id = decided["decision"]["decision_id"]
    assert story["decision"]["decision_id"] == decision_id
    assert replenish("replay", decision_id).startswith("Identical: ")
