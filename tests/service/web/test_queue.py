import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from service.context import ServiceContext
from service.proposals.tables import ProposalRow
from tests.service.builders_queue import put_full_queue
from tests.service.builders_rationale import Hope, Planned
from tests.service.conftest import FakeClock
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
    assert (
        "3 approved, 1 had changed meanwhile. Left as found: RQ-ITEM-3-DC-UK (in review)." in told
    )
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


def _batch(page: str) -> list[str]:
    """The rows that the page's Undo button would take back."""
    form = page[page.index('action="/queue/approvals/undo"') :]
    return re.findall(r'type="hidden" name="pick" value="([^"]+)"', form[: form.index("</form>")])


def _approve_all(planner: Browser, proposals: list[ProposalRow]) -> str:
    picks = [f"{one.external_ref}:{one.row_version}" for one in proposals]
    sent = {"pick": picks, "back": "/queue?sort=date"}
    return planner.send("/queue/approvals", sent).headers["location"]


def test_a_bulk_approval_is_taken_back_with_one_button(
    planner: Browser, planned: Put, stored: Stored
) -> None:
    proposals = [planned(Planned(item_id=f"ITEM-{number}")) for number in range(3)]
    page = planner.get(_approve_all(planner, proposals)).text
    assert "Undo all 3" in page
    sent = {"pick": _batch(page), "back": "/queue?sort=date"}
    answer = planner.send("/queue/approvals/undo", sent)
    assert answer.headers["location"].startswith("/queue?sort=date&bulk_undone=3")
    assert "3 taken back." in planner.get(answer.headers["location"]).text
    assert {stored(proposal).state for proposal in proposals} == {"in_review"}


def test_what_was_decided_again_since_is_not_taken_back_with_the_batch(
    planner: Browser, planned: Put, stored: Stored, clock: FakeClock
) -> None:
    proposals = [planned(Planned(item_id=f"ITEM-{number}")) for number in range(2)]
    address = _approve_all(planner, proposals)
    before = _batch(planner.get(address).text)
    clock.now += timedelta(seconds=3)
    ref = proposals[0].external_ref
    planner.send(f"/proposals/{ref}/reject", {"version": 2, "reason": "no room"})
    assert _batch(planner.get(address).text) == [f"{proposals[1].external_ref}:2"]
    answer = planner.send("/queue/approvals/undo", {"pick": before})
    told = planner.get(answer.headers["location"]).text
    assert f"1 taken back, 1 had changed meanwhile. Left as found: {ref} (rejected)." in told
    assert stored(proposals[0]).state == "rejected"


def test_a_batch_is_offered_for_undo_to_whoever_approved_it_only(
    planner: Browser, planned: Put
) -> None:
    address = _approve_all(planner, [planned(Planned())])
    planner.log_in("lead")
    assert "/queue/approvals/undo" not in planner.get(address).text


@pytest.mark.parametrize(
    "said",
    [
        "bulk=" + "9" * 5000,
        "bulk=1&at=9999-12-31T23:59:59-14:00",
        "bulk=1&at=2011-08-29",
        "bulk=1&at=nonsense&left=RQ-NOWHERE",
        "bulk_undone=%D9%A3&moved=1e5",
    ],
)
def test_nonsense_in_the_address_says_nothing_wrong(planner: Browser, said: str) -> None:
    answer = planner.get(f"/queue?{said}")
    assert answer.status_code == 200
    assert "/queue/approvals/undo" not in answer.text


@pytest.mark.parametrize("version", ["9" * 30, "9" * 5000, "-1", "x", ""])
def test_a_pick_whose_version_cannot_be_is_left_out(
    planner: Browser, planned: Put, stored: Stored, version: str
) -> None:
    proposal = planned(Planned())
    sent = {"pick": [f"{proposal.external_ref}:{version}"]}
    assert planner.send("/queue/approvals", sent).status_code == 303
    assert stored(proposal).state == "in_review"


def test_the_reason_tells_facts_in_words_and_none_twice(planner: Browser, planned: Put) -> None:
    note = "Much rests on deals (opportunity_share 0.9869, value 4105.75)"
    planned(Planned(hopes=[Hope("OPP-1", 400)], note=note))
    page = planner.get("/queue").text
    assert "Much rests on deals (value £4,106)" in page
    assert "opportunity_share" not in page
