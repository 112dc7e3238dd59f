"""From a seller's hope in Tryton to the goods in its stock, with one order on the way.

Paula works in Tryton, the planner in Pegline. What happens stands in the fixtures, one after the
other; what is then true stands in the chapters.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.service.scenarios.counterparts import until
from tests.service.scenarios.distributor import terms
from tests.tryton.preparing import Flavour
from tests.tryton.seeded import HISTORY_WEEKS, MAIN, NORTH, SERVICE, UNCERTAIN_DEAL
from tests.tryton.story.connected_company import OPPORTUNITY, ConnectedCompany, Key
from tests.tryton.writing.buying import REQUISITION, buy, confirm, receive

pytestmark = pytest.mark.tryton

PUMP: Key = ("PUMP-100", MAIN)
OIL: Key = ("OIL-1", NORTH)
WHY_NOT = "We still have a drum in the yard."


@pytest.fixture(scope="module")
def morning(company: ConnectedCompany) -> dict[str, Any]:
    """What is recommended while the deal is far off and uncertain."""
    company.outlook(UNCERTAIN_DEAL)
    return company.planned(PUMP)


@pytest.fixture(scope="module")
def raised(company: ConnectedCompany, morning: dict[str, Any]) -> dict[str, Any]:
    """The customer most likely wants the pumps next week: Paula notes it at the opportunity."""
    before = terms(morning, "opportunity")
    deal = company.opportunity(UNCERTAIN_DEAL)["id"]
    next_week = datetime.now(UTC).date() + timedelta(days=7)
    company.paula.write(OPPORTUNITY, [deal], end_date=next_week, conversion_probability=0.8)
    until(
        lambda: terms(company.planned(PUMP), "opportunity") > before, "the deal was never heard of"
    )
    return company.planned(PUMP)


@pytest.fixture(scope="module")
def ref(company: ConnectedCompany, raised: dict[str, Any]) -> str:
    """The planner approves what is recommended; its reference, once Tryton has it."""
    ref = company.approve(PUMP, Decimal(raised["quantity"]))
    company.proposal(PUMP, "acknowledged")
    return ref


@pytest.fixture(scope="module")
def purchase(company: ConnectedCompany, ref: str) -> dict[str, Any]:
    """Paula approves the requisition, makes a purchase of it and sends it out."""
    bought = buy(company.paula, ref)
    assert company.proposal(PUMP, "acknowledged")["purchase_order_number"] is None
    confirm(company.paula, bought)
    company.proposal(PUMP, "ordered")
    [purchase] = company.purchases_for(PUMP)
    return purchase


@pytest.fixture(scope="module")
def received(company: ConnectedCompany, purchase: dict[str, Any]) -> Decimal:
    """The pumps arrive; how many more there are now."""
    before = company.on_hand(PUMP)
    receive(company.paula, [purchase["id"]])
    until(lambda: company.on_hand(PUMP) > before, "the stock was never counted")
    return company.on_hand(PUMP) - before


def test_the_history_in_tryton_makes_a_forecast(
    company: ConnectedCompany, morning: dict[str, Any]
) -> None:
    assert terms(morning, "baseline") > 0
    assert morning["decision"]["facts"]["history_weeks"] == HISTORY_WEEKS
    assert terms(morning, "opportunity") == 0, "the deal is too far off"
    assert Decimal(morning["quantity"]) == 0
    assert company.proposals(PUMP) == []
    assert company.trouble() == []


def test_an_opportunity_changed_in_tryton_raises_what_is_recommended_and_explains_it(
    company: ConnectedCompany, morning: dict[str, Any], raised: dict[str, Any]
) -> None:
    more = Decimal(raised["order_up_to_level"]) - Decimal(morning["order_up_to_level"])
    safety = terms(raised, "safety_stock") - terms(morning, "safety_stock")
    assert more == terms(raised, "opportunity") + safety
    [why] = [one for one in raised["explanation"]["terms"] if one["kind"] == "opportunity"]
    number = company.opportunity(UNCERTAIN_DEAL)["number"]
    assert why["label"].startswith(f"Opportunity {number}: 25 at 80 %")
    proposal = company.proposal(PUMP, "in_review")
    assert Decimal(proposal["quantity"]) == Decimal(raised["quantity"]) > 0
    offered = f"{proposal['external_ref']} would bring more to {MAIN} (in review)"
    company.outlook(UNCERTAIN_DEAL, "not covered yet", offered)


def test_an_approval_becomes_one_requisition_under_our_reference(
    company: ConnectedCompany, raised: dict[str, Any], ref: str
) -> None:
    [found] = company.requisitions(ref)
    [line] = found["lines."]
    assert (found["number"], found["state"]) == (ref, "waiting")
    assert found["create_uid."]["login"] == SERVICE.user
    assert company.flavour is Flavour.STOCK or found["external_ref"] == ref
    assert (line["product."]["code"], found["warehouse."]["code"]) == PUMP
    assert Decimal(line["quantity"]) == Decimal(raised["quantity"])
    proposal = company.proposal(PUMP, "acknowledged")
    assert proposal["erp_number"] == ref
    assert Decimal(proposal["accepted_quantity"]) == Decimal(raised["quantity"])
    assert Decimal(company.planned(PUMP)["quantity"]) == 0, "what Tryton took is not ordered again"
    company.outlook(UNCERTAIN_DEAL, f"by requisition {ref} for {MAIN} (acknowledged)")


def test_what_paula_ordered_is_shown_with_its_number_and_day(
    company: ConnectedCompany, raised: dict[str, Any], purchase: dict[str, Any]
) -> None:
    [line] = purchase["lines."]
    proposal = company.proposal(PUMP, "ordered")
    assert proposal["purchase_order_number"] == purchase["number"]
    assert proposal["expected_date"] == line["delivery_date"].isoformat()
    assert Decimal(proposal["ordered_quantity"]) == Decimal(raised["quantity"])
    assert Decimal(company.planned(PUMP)["quantity"]) == 0, "what is ordered is not ordered again"
    told = f"by purchase {purchase['number']}/{line['id']} for {MAIN}, available on"
    company.outlook(UNCERTAIN_DEAL, f"{told} {line['delivery_date']}")


def test_goods_that_came_close_the_proposal_and_no_more_is_ordered(
    company: ConnectedCompany, raised: dict[str, Any], ref: str, received: Decimal
) -> None:
    assert company.proposal(PUMP, "closed")["external_ref"] == ref
    assert received == Decimal(raised["quantity"])
    company.outlook(UNCERTAIN_DEAL, f"from stock in {MAIN}")
    after = company.planned(PUMP)
    assert Decimal(after["quantity"]) == 0, "what came is not ordered again"
    counted = [
        sum(terms(plan, kind) for kind in ("on_hand", "scheduled_receipt", "committed_proposal"))
        for plan in (raised, after)
    ]
    assert counted[1] == counted[0] - received, "what came is counted once"
    assert [one["number"] for one in company.requisitions_for(PUMP)] == [ref]
    assert len(company.purchases_for(PUMP)) == 1
    assert company.trouble() == []


def test_a_requisition_that_is_rejected_in_tryton_comes_back_to_the_planner_with_the_reason(
    company: ConnectedCompany,
) -> None:
    ref = company.approve(OIL)
    company.proposal(OIL, "acknowledged")
    [asked] = company.requisitions(ref)
    company.paula.create(
        "ir.note", {"resource": f"{REQUISITION},{asked['id']}", "message": WHY_NOT}
    )
    company.paula.press(REQUISITION, [asked["id"]], "reject")
    back = company.proposal(OIL, "in_review")
    assert back["external_ref"] == ref
    assert f"Paula Purchaser rejected {ref} in Tryton: {WHY_NOT}" in back["review_reason"]

    assert company.approve(OIL) == ref
    again = company.proposal(OIL, "acknowledged")
    assert again["erp_number"] == f"{ref}#2"
    states = [one["state"] for one in company.requisitions(ref)]
    assert states == ["rejected", "waiting"], "a new requisition beside the one that is void"
