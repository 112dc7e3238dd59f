import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from service.context import ServiceContext
from service.proposals.tables import ProposalRow
from tests.service.builders_queue import put_full_queue
from tests.service.builders_rationale import Hope, Planned
from tests.service.web.conftest import Browser

Put = Callable[[Planned], ProposalRow]
Stored = Callable[[ProposalRow], ProposalRow]


def _refs(page: str) -> list[str]:
    return re.findall(r'name="pick" value="([^":]+):', page)


def test_a_row_says_what_how_much_where_when_and_why(planner: Browser, planned: Put) -> None:
    proposal = planned(Planned(note="Order value is above the limit"))
    page = planner.get("/queue").text
    for said in (
        "HOT WATER BOTTLE TEA AND SYMPATHY",
        "Leeds",
        f"<strong>{proposal.recommended_quantity:,.0f}</strong>",
        "£",
        "19 Sep 2011",
        "in 21 days",
        "Order value is above the limit",
    ):
        assert said in page
    assert "Everything here is made up." in page


def test_what_opportunities_drive_and_what_conflicts_is_marked(
    planner: Browser, planned: Put
) -> None:
    planned(Planned(hopes=[Hope("OPP-1", 400)], planner_quantity=500, edited_against=96))
    page = planner.get("/queue").text
    assert "conflict" in page
    assert re.search(r"opportunities \d+ %", page)


def test_only_what_is_in_review_is_listed_at_first(planner: Browser, planned: Put) -> None:
    waits, held = planned(Planned()), planned(Planned(item_id="CUP", state="held"))
    assert _refs(planner.get("/queue").text) == [waits.external_ref]
    assert _refs(planner.get("/queue?state=held").text) == [held.external_ref]
    everything = planner.get("/queue?state=all").text
    assert {waits.external_ref, held.external_ref} == set(_refs(everything))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=bunting", ["BUNTING"]),
        ("text=rq-cup", ["CUP"]),
        ("text=%25", []),
        ("location=DC-EU", ["CUP"]),
        ("rule=lumpy", ["BUNTING"]),
        ("sort=date", ["CUP", "BUNTING"]),
        ("sort=value", ["BUNTING", "CUP"]),
    ],
)
def test_the_queue_is_narrowed_and_ordered_by_its_address(
    planner: Browser, planned: Put, query: str, found: list[str]
) -> None:
    planned(Planned("BUNTING", "JUBILEE BUNTING", price="9", rule_id="lumpy"))
    planned(Planned("CUP", "TEA CUP", "DC-EU", price="1", required_in_days=2))
    refs = _refs(planner.get(f"/queue?{query}").text)
    assert [ref.split("-")[1] for ref in refs] == found


@pytest.mark.parametrize("sort", ["value", "date"])
def test_pages_follow_one_another_without_gaps_or_doubles(
    planner: Browser, context: ServiceContext, sort: str
) -> None:
    with context.database.write() as session:
        put_full_queue(session, 90, context.clock())
    seen: list[str] = []
    address = f"/queue?sort={sort}"
    while address:
        page = planner.get(address).text
        seen += _refs(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 54


def test_a_key_that_cannot_be_read_shows_the_first_page(planner: Browser, planned: Put) -> None:
    planned(Planned())
    assert len(_refs(planner.get("/queue?after=nonsense~1").text)) == 1


def test_an_empty_queue_says_where_to_look_instead(planner: Browser) -> None:
    assert "Nothing waits for review" in planner.get("/queue").text
    assert "Clear the filter" in planner.get("/queue?text=nothing").text


def test_markup_in_a_description_is_shown_not_run(planner: Browser, planned: Put) -> None:
    planned(Planned(description='<script>alert(1)</script><img src=x onerror="alert(2)">'))
    for path in ("/queue", "/recommendations", "/proposals/RQ-BOTTLE-DC-UK"):
        page = planner.get(path).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>" not in page
        assert "<img" not in page


def test_picked_rows_are_approved_and_the_moved_one_is_left(
    planner: Browser, planned: Put, stored: Stored
) -> None:
    proposals = [planned(Planned(item_id=f"ITEM-{number}")) for number in range(4)]
    picks = [f"{proposal.external_ref}:{proposal.row_version}" for proposal in proposals]
    picks[3] = f"{proposals[3].external_ref}:99"
    answer = planner.send("/queue/approvals", {"pick": picks, "back": "/queue?sort=date"})
    assert answer.status_code == 303
    told = planner.get(answer.headers["location"]).text
    assert "3 approved, 1 had changed meanwhile." in told
    states = [stored(proposal).state for proposal in proposals]
    assert states == ["approved", "approved", "approved", "in_review"]
    assert stored(proposals[0]).approved_by == "planner"


def test_nothing_picked_approves_nothing(planner: Browser, planned: Put) -> None:
    planned(Planned())
    answer = planner.send("/queue/approvals", {})
    assert "0 approved." in planner.get(answer.headers["location"]).text


def test_an_admin_reads_but_does_not_decide(
    stranger: Browser, planned: Put, stored: Stored
) -> None:
    proposal = planned(Planned())
    stranger.log_in("admin")
    page = stranger.get("/queue").text
    assert "your role reads" in page
    assert _refs(page) == []
    refused = stranger.send("/queue/approvals", {"pick": [f"{proposal.external_ref}:1"]})
    assert refused.status_code == 403
    assert stored(proposal).state == "in_review"


def test_the_value_shown_is_quantity_times_price(planner: Browser, planned: Put) -> None:
    proposal = planned(Planned(price="2.5"))
    value = proposal.recommended_quantity * Decimal("2.5")
    assert f"£{value:,.0f}" in planner.get("/queue").text
