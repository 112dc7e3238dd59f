"""``GET /v1/opportunities/{opportunity_id}/outlook``."""

from decimal import Decimal
from typing import Any

from adapters.canonical.outlook import SupplyOutlook
from service.access.api_keys import Scope
from service.feeds.batches import FeedKind
from service.proposals.decisions import UNDO_WINDOW
from service.proposals.planner import approve
from tests.service.builders_feeds import Erp, key_for, order, purchase, sale, terms
from tests.service.builders_outlook import Crm, supplied
from tests.service.builders_plan import planner_says
from tests.service.builders_signals import lines
from tests.service.conftest import FakeClock


def get(crm: Crm, opportunity_id: str = "OPP-1", **headers: str) -> Any:
    return crm.client.get(f"/v1/opportunities/{opportunity_id}/outlook", headers=headers)


def test_the_answer_is_a_supply_outlook_and_its_version_the_etag(
    crm: Crm, clock: FakeClock
) -> None:
    crm.send()
    crm.settle()
    answer = get(crm)
    assert SupplyOutlook.model_validate(answer.json()).version == 1
    assert answer.headers["etag"] == 'W/"1"'
    assert get(crm, **{"If-None-Match": 'W/"1"'}).status_code == 304
    planner_says(crm.context, approve)
    clock.now += UNDO_WINDOW
    pending = get(crm, **{"If-None-Match": 'W/"1"'})
    assert pending.json()["version"] == 2
    assert get(crm, **{"If-None-Match": pending.headers["etag"]}).status_code == 304
    crm.proposal_changed()
    assert get(crm).headers["etag"] == 'W/"2"'


def test_an_unknown_deal_is_a_problem(crm: Crm) -> None:
    answer = get(crm, "OPP-9")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("unknown-opportunity")


def test_a_system_reads_its_own_deals_only(crm: Crm) -> None:
    crm.send()
    other = key_for(crm.context, "other-crm", Scope.OUTLOOK_READ)
    assert get(crm, **other).status_code == 404
    erp = key_for(crm.context, "crm", Scope.FEEDS_WRITE)
    assert get(crm, **erp).status_code == 403
    assert get(crm, **key_for(crm.context, "crm", Scope.OUTLOOK_READ)).status_code == 200


def test_a_deal_that_is_not_planned_yet_says_so(crm: Crm) -> None:
    crm.send(location="FR")
    crm.settle()
    line = crm.line()
    assert line["note"].startswith("Not planned yet at FR")
    assert (line["shortage_probability"], line["uncovered"]) == (None, "400")


def test_a_deal_that_could_not_be_mapped_says_so(crm: Crm) -> None:
    crm.send(product="NOBODY-KNOWS")
    line = crm.line()
    assert (line["item_id"], line["uncovered"]) == (None, "400")
    assert "exception queue" in line["note"]


def test_a_deal_without_a_purchase_to_come_is_covered_by_the_line_that_is(
    crm: Crm, erp: Erp
) -> None:
    erp.send(FeedKind.OPEN_ORDERS, purchase("PO-1", "700"), purchase("PO-0", "5"))
    crm.send()
    crm.settle()
    assert supplied(crm.line()) == [("purchase_order", Decimal(400), "2011-09-05")]


def test_orders_that_fulfil_the_deal_count_as_ordered(crm: Crm, erp: Erp) -> None:
    crm.send(status="won", win_probability="1")
    erp.send(
        FeedKind.OPEN_ORDERS,
        order("SO-1", "150", account_id="ACME", opportunity_id="OPP-1"),
        purchase("PO-1", "350"),
    )
    crm.settle()
    line = crm.line()
    got = sum(Decimal(part["quantity"]) for part in line["supplied"])
    assert Decimal(line["ordered"]) == 150
    assert got + Decimal(line["uncovered"]) + 150 == 400
    assert 0 < got < 250


def test_two_deals_never_count_on_the_same_goods(crm: Crm, erp: Erp) -> None:
    erp.send(FeedKind.OPEN_ORDERS, purchase("PO-1", "700"))
    crm.send()
    crm.send(opportunity_id="OPP-2", status="won", win_probability="1")
    crm.settle()
    first, second = crm.line("OPP-1"), crm.line("OPP-2")
    assert supplied(second) == [("purchase_order", Decimal(400), "2011-09-05")]
    assert Decimal(first["uncovered"]) > 200


def test_a_line_that_two_locations_supply_adds_up(crm: Crm, erp: Erp) -> None:
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="FR"))
    erp.send(
        FeedKind.SALES_LINES,
        sale("S-UK", "3", account_id="ACME"),
        sale("S-FR", "1", account_id="ACME", location_id="FR"),
    )
    crm.send(location=None)
    crm.settle()
    line = crm.line()
    assert line["location_ids"] == ["FR", "UK"]
    got = sum((Decimal(part["quantity"]) for part in line["supplied"]), Decimal(0))
    assert got + Decimal(line["uncovered"]) == 400
    assert line["shortage_probability"] is not None


def test_a_deal_past_its_window_is_due_at_once_and_then_says_that_it_waits(
    crm: Crm, erp: Erp
) -> None:
    erp.send(FeedKind.OPEN_ORDERS, purchase("PO-1", "700"))
    crm.send(delivery_window={"start": "2011-08-01", "end": "2011-08-20"})
    crm.send(opportunity_id="OPP-2", delivery_window={"start": "2011-07-01", "end": "2011-07-20"})
    crm.settle()
    assert crm.line()["covered_on"] == "2011-09-05"
    long_over = crm.line("OPP-2")
    assert long_over["note"].startswith("The delivery window is over")
    assert (long_over["uncovered"], long_over["shortage_probability"]) == ("400", None)


def test_a_deleted_deal_counts_zero_and_a_restored_one_counts_again_in_any_order(
    crm: Crm, erp: Erp
) -> None:
    erp.send(FeedKind.OPEN_ORDERS, purchase("PO-1", "700"))
    crm.send()
    crm.settle()
    crm.send(source_version=2, status="deleted")
    crm.settle()
    gone = crm.line()
    assert (gone["status"], gone["supplied"], gone["uncovered"]) == ("deleted", [], "0")
    assert gone["shortage_probability"] is None

    crm.send(source_version=4)
    assert crm.send(source_version=3, status="deleted")["result"] == "stale"
    crm.settle()
    assert crm.line()["covered_on"] == "2011-09-05"
    assert lines(crm.context)[0].source_version == 4
    assert [body["lines"][0]["status"] for body in crm.told()] == ["open", "deleted", "open"]
