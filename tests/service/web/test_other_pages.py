import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from service.context import ServiceContext
from service.exceptions.queue import Finding, raise_exception
from service.exceptions.tables import ExceptionRow
from service.proposals.tables import ProposalRow
from tests.service.builders_queue import put_full_queue
from tests.service.builders_rationale import Hope, Planned
from tests.service.web.conftest import Browser

Put = Callable[[Planned], ProposalRow]


def _signal(product: str, now: datetime) -> Finding:
    payload = {
        "schema_version": 1,
        "message_id": "m-1",
        "system": "crm",
        "opportunity_id": "OPP-9",
        "line_id": "1",
        "source_version": 1,
        "account": "NORTHGATE-GIFTS",
        "product": product,
        "location": "DC-UK",
        "quantity": "40",
        "delivery_window": {"start": "2011-09-06", "end": "2011-09-20"},
        "win_probability": "0.5",
        "occurred_at": now.isoformat(),
    }
    return Finding(
        "unknown_product",
        "demand_signal",
        "crm",
        "OPP-9/1",
        payload,
        f"The product {product} is not known.",
        "Correct the product, then replay.",
        version=1,
    )


@pytest.fixture
def exception_id(context: ServiceContext) -> UUID:
    with context.database.write() as session:
        return raise_exception(session, _signal("KETTLE", context.clock()), context.clock())


def _state(context: ServiceContext, exception_id: UUID) -> str:
    with context.database.read() as session:
        return session.get_one(ExceptionRow, exception_id).state


def test_recommendations_show_also_what_needs_no_order(planner: Browser, planned: Put) -> None:
    planned(Planned())
    planned(Planned("CUP", "TEA CUP", on_hand=100_000, state="cancelled"))
    everything = planner.get("/recommendations").text
    assert "HOT WATER BOTTLE" in everything
    assert "TEA CUP" in everything
    assert "TEA CUP" not in planner.get("/recommendations?shown=orders").text
    assert "HOT WATER BOTTLE" not in planner.get("/recommendations?shown=none").text
    assert "TEA CUP" not in planner.get("/recommendations?text=bottle").text


def test_a_recommendation_without_order_is_explained_too(planner: Browser, planned: Put) -> None:
    planned(Planned("CUP", "TEA CUP", on_hand=100_000, state="cancelled"))
    link = re.search(
        r'href="(/recommendations/[0-9a-f-]{36})"', planner.get("/recommendations").text
    )
    assert link is not None
    page = planner.get(link.group(1)).text
    assert "Net requirement" in page
    assert "RQ-CUP-DC-UK" in page


def test_pages_of_recommendations_follow_one_another(
    planner: Browser, context: ServiceContext
) -> None:
    with context.database.write() as session:
        put_full_queue(session, 70, context.clock())
    first = planner.get("/recommendations").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = planner.get(following.group(1).replace("&amp;", "&")).text
    found = [
        re.findall(r'href="/recommendations/([0-9a-f-]{36})"', page) for page in (first, second)
    ]
    assert [len(part) for part in found] == [50, 20]
    assert not set(found[0]) & set(found[1])


def test_an_opportunity_shows_its_lines_allocations_and_effect(
    planner: Browser, planned: Put
) -> None:
    planned(Planned(hopes=[Hope("OPP/7", 100, "0.5")]))
    page = planner.get("/opportunities/crm/OPP%2F7").text
    for said in ("Northgate Gifts", "50 %", "Leeds", "+50", "RQ-BOTTLE-DC-UK", "m-OPP/7"):
        assert said in page
    for said in ("What it can count on", "Risk of a shortage by", "if won"):
        assert said in page
    assert planner.get("/opportunities/crm/OPP-8").status_code == 404


def test_an_open_exception_is_listed_with_its_remedy(planner: Browser, exception_id: UUID) -> None:
    assert "The product KETTLE is not known." in planner.get("/exceptions").text
    page = planner.get(f"/exceptions/{exception_id}").text
    assert "Type the right product below, or have the integration team define what" in page
    assert "(PUT /v1/cross-references)" in page
    assert "Leads and admins discard." in page


def test_an_exception_is_replayed_with_a_correction(
    planner: Browser, planned: Put, exception_id: UUID, context: ServiceContext
) -> None:
    planned(Planned(hopes=[Hope("OPP-7", 100)]))
    sent = {"field": "product", "correction": "BOTTLE"}
    answer = planner.send(f"/exceptions/{exception_id}/replay", sent)
    assert answer.status_code == 303
    assert _state(context, exception_id) == "replayed"
    page = planner.get(answer.headers["location"]).text
    assert "Replayed: what came in is in use now." in page
    assert "Type the right product" not in page
    assert planner.get("/opportunities/crm/OPP-9").status_code == 200


def test_an_exception_that_still_fails_stays_open(
    planner: Browser, exception_id: UUID, context: ServiceContext
) -> None:
    answer = planner.send(f"/exceptions/{exception_id}/replay", {})
    address = answer.headers["location"]
    assert "still cannot be used" in planner.get(address).text
    waits_as = UUID(address.removeprefix("/exceptions/").partition("?")[0])
    assert _state(context, waits_as) == "open"


def test_a_lead_discards_with_a_reason_and_a_planner_does_not(
    planner: Browser, exception_id: UUID, context: ServiceContext
) -> None:
    path = f"/exceptions/{exception_id}/discard"
    assert planner.send(path, {"reason": "a test of sales"}).status_code == 403
    planner.log_in("lead")
    refused = planner.send(path, {"reason": ""})
    assert refused.status_code == 422
    assert re.search(r'name="reason"[^>]* aria-invalid="true"', refused.text)
    assert planner.send(path, {"reason": "a test of sales"}).status_code == 303
    assert _state(context, exception_id) == "discarded"
    again = planner.send(path, {"reason": "twice"})
    assert again.status_code == 409


def test_a_refused_correction_says_what_is_wrong_and_changes_nothing(
    planner: Browser, exception_id: UUID, context: ServiceContext
) -> None:
    with context.database.write() as session:
        row = session.get_one(ExceptionRow, exception_id)
        row.payload = {**row.payload, "quantity": "-1"}
    sent = {"field": "product", "correction": "BOTTLE"}
    refused = planner.send(f"/exceptions/{exception_id}/replay", sent)
    assert refused.status_code == 422
    assert (
        "&#39;BOTTLE&#39; was refused: Input should be greater than or equal to 0" in refused.text
    )
    assert 'value="BOTTLE"' in refused.text
    assert _state(context, exception_id) == "open"


def test_a_correction_that_is_unknown_too_is_told(planner: Browser, exception_id: UUID) -> None:
    sent = {"field": "product", "correction": "KETTEL"}
    answer = planner.send(f"/exceptions/{exception_id}/replay", sent)
    page = planner.get(answer.headers["location"]).text
    assert "It was tried again and still cannot be used." in page
    assert "&#39;KETTEL&#39; of &#39;crm&#39; is no known item" in page.replace("product", "item")
