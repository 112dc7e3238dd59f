import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from service.context import ServiceContext
from service.proposals.tables import ProposalRow
from tests.service.builders_rationale import Hope, Planned
from tests.service.web.conftest import Browser

Put = Callable[[Planned], ProposalRow]
Stored = Callable[[ProposalRow], ProposalRow]


def _at(proposal: ProposalRow, action: str = "") -> str:
    return f"/proposals/{proposal.external_ref}" + (f"/{action}" if action else "")


def test_the_terms_are_shown_with_subtotals_and_their_records(
    planner: Browser, planned: Put
) -> None:
    proposal = planned(Planned(hopes=[Hope("OPP-7", 100, "0.5")]))
    page = planner.get(_at(proposal)).text
    subtotals = ["Expected demand", "Order-up-to level S", "Inventory position", "Net requirement"]
    places = [page.index(f">{label}") for label in [*subtotals, "Lot sizing", "Quantity to order"]]
    assert places == sorted(places)
    assert "+50" in page
    assert 'href="/opportunities/crm/OPP-7"' in page
    assert "PO-4711" in page


def test_what_is_made_up_is_called_so(planner: Browser, planned: Put) -> None:
    made_up = planner.get(_at(planned(Planned(hopes=[Hope("OPP-7", 100)])))).text
    assert re.search(r"Usable stock on hand\s*<span class=\"tag made-up\"", made_up)
    assert re.search(r"Supplier <span class=\"tag made-up\"", made_up)
    assert re.search(r"Opportunities <span class=\"tag made-up\"", made_up)
    real = planner.get(_at(planned(Planned(item_id="CUP", provenance="")))).text
    assert not re.search(r"Supplier <span class=\"tag made-up\"", real)


def test_the_chart_shows_history_forecast_and_opportunities(planner: Browser, planned: Put) -> None:
    page = planner.get(_at(planned(Planned(hopes=[Hope("OPP-7", 300)])))).text
    assert page.count('<rect class="history" x=') == 39 + 17  # wide and narrow
    assert page.count('<rect class="band" x=') == 2
    assert page.count('<rect class="overlay" x=') == 2
    assert "Week of 22 Aug 2011" in page


def test_the_rule_is_shown_with_policy_reasons_and_facts(planner: Browser, planned: Put) -> None:
    page = planner.get(_at(planned(Planned(rule_id="lumpy", note="Demand is lumpy")))).text
    for said in ("demo, version 4", "lumpy", "Demand is lumpy", "Stock was counted today"):
        assert said in page
    assert re.search(r"<dt>Backtest error</dt><dd>0.31</dd>", page)


def test_the_erps_own_order_point_is_shown_where_it_has_one(planner: Browser, planned: Put) -> None:
    page = planner.get(_at(planned(Planned(own_maximum="300")))).text
    assert "<dt>Own order point in erp</dt><dd>min 20, target 100, maximum 300</dd>" in page
    assert "Own order point" not in planner.get(_at(planned(Planned(item_id="CUP")))).text


def test_a_planners_edit_against_an_older_plan_is_a_conflict(
    planner: Browser, planned: Put
) -> None:
    page = planner.get(_at(planned(Planned(planner_quantity=500, edited_against=96)))).text
    assert "Changed by a planner from 96 to <strong>500</strong>" in page
    assert "The plan now says" in page


def test_an_unknown_proposal_is_a_page_that_says_so(planner: Browser) -> None:
    answer = planner.get("/proposals/RQ-NOWHERE")
    assert answer.status_code == 404
    assert "There is no such proposal" in answer.text


def test_approving_leads_to_the_next_and_can_be_undone(
    planner: Browser, planned: Put, stored: Stored
) -> None:
    proposal, following = planned(Planned(price="9")), planned(Planned(item_id="CUP", price="1"))
    answer = planner.send(_at(proposal, "approve"), {"version": 1})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(_at(following))
    assert stored(proposal).state == "approved"
    page = planner.get(answer.headers["location"]).text
    assert f"{proposal.external_ref} approved." in page
    undo = re.search(r'action="([^"]+/undo)".+?name="version" value="(\d+)"', page, re.DOTALL)
    assert undo is not None
    planner.send(undo.group(1), {"version": undo.group(2)})
    assert stored(proposal).state == "in_review"
    assert stored(proposal).approved_by is None


def test_the_last_one_leads_back_to_the_queue(planner: Browser, planned: Put) -> None:
    answer = planner.send(_at(planned(Planned()), "approve"), {"version": 1, "queue": "?sort=date"})
    assert answer.headers["location"].startswith("/queue?sort=date&done=approved")


def test_what_changed_meanwhile_is_not_approved(
    planner: Browser, planned: Put, stored: Stored
) -> None:
    proposal = planned(Planned())
    answer = planner.send(_at(proposal, "approve"), {"version": 7})
    assert answer.status_code == 412
    assert "Changed by someone else" in answer.text
    assert 'name="version" value="1"' in answer.text
    assert stored(proposal).state == "in_review"


def test_a_changed_quantity_is_kept_with_its_reason(
    planner: Browser, planned: Put, stored: Stored
) -> None:
    proposal = planned(Planned())
    fields = {"version": 1, "quantity": "1,200", "reason": "a fair in Leeds"}
    answer = planner.send(_at(proposal, "change"), fields)
    assert answer.status_code == 303
    assert stored(proposal).planner_quantity == Decimal(1200)
    page = planner.get(answer.headers["location"]).text
    assert "has a new quantity" in page
    plan = f"{proposal.recommended_quantity:,.0f}"
    assert f"Changed by a planner from {plan} to <strong>1,200</strong>: a fair in Leeds" in page
    assert f"Why the plan says {plan} EA" in page


def test_a_quantity_against_the_suppliers_lot_is_taken_with_a_warning(
    planner: Browser, planned: Put, stored: Stored
) -> None:
    proposal = planned(Planned())
    fields = {"version": 1, "quantity": "7", "reason": "a sample"}
    answer = planner.send(_at(proposal, "change"), fields)
    assert stored(proposal).planner_quantity == Decimal(7)
    assert "SUPPLIER-07 delivers at least 48 EA." in planner.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": "twelve", "reason": "a fair"},
        {"quantity": "12,5", "reason": "a fair"},
        {"quantity": "0", "reason": "a fair"},
        {"quantity": "-24", "reason": "a fair"},
        {"quantity": "NaN", "reason": "a fair"},
        {"quantity": "1e30", "reason": "a fair"},
        {"quantity": "9" * 40, "reason": "a fair"},
        {"quantity": "2400", "reason": ""},
    ],
)
def test_an_impossible_change_changes_nothing_and_is_shown_again(
    planner: Browser, planned: Put, stored: Stored, fields: dict[str, str]
) -> None:
    proposal = planned(Planned())
    answer = planner.send(_at(proposal, "change"), {"version": 1, **fields})
    assert answer.status_code == 422
    assert f'value="{fields["quantity"]}"' in answer.text
    assert stored(proposal).planner_quantity is None


def test_an_edit_is_withdrawn(planner: Browser, planned: Put, stored: Stored) -> None:
    proposal = planned(Planned(planner_quantity=500, edited_against=96))
    assert "Withdraw the change" in planner.get(_at(proposal)).text
    planner.send(_at(proposal, "withdraw"), {"version": 1})
    assert stored(proposal).planner_quantity is None


def test_a_rejection_needs_a_reason(planner: Browser, planned: Put, stored: Stored) -> None:
    proposal = planned(Planned())
    refused = planner.send(_at(proposal, "reject"), {"version": 1, "reason": " "})
    assert refused.status_code == 422
    assert "A reason is needed" in refused.text
    assert re.search(r'name="reason"[^>]* aria-invalid="true"', refused.text)
    planner.send(_at(proposal, "reject"), {"version": 1, "reason": "the item is leaving"})
    assert stored(proposal).state == "rejected"
    assert "the item is leaving" in planner.get(_at(proposal)).text


def test_a_rejected_proposal_is_reopened(planner: Browser, planned: Put, stored: Stored) -> None:
    proposal = planned(Planned(state="rejected"))
    planner.send(_at(proposal, "reopen"), {"version": 1})
    assert stored(proposal).state == "in_review"


def test_snoozing_takes_a_later_day(planner: Browser, planned: Put, stored: Stored) -> None:
    proposal = planned(Planned())
    refused = planner.send(_at(proposal, "snooze"), {"version": 1, "until": "2011-08-29"})
    assert refused.status_code == 422
    for missing in ("", "soon"):
        refused = planner.send(_at(proposal, "snooze"), {"version": 1, "until": missing})
        assert refused.status_code == 422
        assert re.search(r'name="until"[^>]* aria-invalid="true"', refused.text)
    planner.send(_at(proposal, "snooze"), {"version": 1, "until": "2011-09-05"})
    assert stored(proposal).state == "snoozed"
    assert stored(proposal).snoozed_until == date(2011, 9, 5)


def test_what_the_erp_took_offers_no_buttons_and_refuses(
    planner: Browser, planned: Put, stored: Stored
) -> None:
    proposal = planned(Planned(state="acknowledged"))
    assert '<button class="primary" data-key' not in planner.get(_at(proposal)).text
    answer = planner.send(_at(proposal, "approve"), {"version": 1})
    assert answer.status_code == 409
    assert stored(proposal).state == "acknowledged"


def test_every_action_needs_the_role_and_the_token(
    stranger: Browser, planned: Put, stored: Stored
) -> None:
    proposal = planned(Planned())
    fields = {"version": 1, "quantity": "48", "reason": "why", "until": "2011-09-05"}
    actions = ("approve", "change", "reject", "snooze", "withdraw", "reopen", "undo")
    stranger.log_in("lead")
    for action in actions:
        assert stranger.send(_at(proposal, action), fields, token="").status_code == 403
    stranger.log_in("admin")
    for action in actions:
        assert stranger.send(_at(proposal, action), fields).status_code == 403
    assert stored(proposal).row_version == 1


def test_a_change_rings_for_the_worker(
    planner: Browser, planned: Put, context: ServiceContext
) -> None:
    rings: list[str] = []
    ringing = ServiceContext(
        settings=context.settings,
        database=context.database,
        clock=context.clock,
        ring=lambda: rings.append("rung"),
    )
    planner.client.app.state.context = ringing  # type: ignore[attr-defined]  # it is a FastAPI
    planner.send(_at(planned(Planned()), "approve"), {"version": 1})
    assert rings == ["rung"]


def test_a_change_without_a_quantity_is_answered_on_the_page(
    planner: Browser, planned: Put
) -> None:
    refused = planner.send(_at(planned(Planned()), "change"), {"version": 1, "reason": "a fair"})
    assert refused.status_code == 422
    assert "A quantity is needed." in refused.text
    assert re.search(r'name="quantity"[^>]* aria-invalid="true"', refused.text)


def test_the_history_says_who_and_what_it_is_now(planner: Browser, planned: Put) -> None:
    proposal = planned(Planned())
    planner.send(_at(proposal, "approve"), {"version": 1})
    page = re.sub(r"<[^>]+>", "", planner.get(_at(proposal)).text)
    assert "Approved by planner\n" in page
    assert "Created by policy, now in review\n" in page


def test_undo_goes_on_in_the_same_queue(planner: Browser, planned: Put) -> None:
    proposal, following = planned(Planned(price="9")), planned(Planned(item_id="CUP", price="1"))
    fields = {"version": 1, "queue": "?sort=date"}
    answer = planner.send(_at(proposal, "approve"), fields)
    page = planner.get(answer.headers["location"]).text
    assert _at(following) in answer.headers["location"]
    form = page[page.index('/undo"') :]
    assert 'name="queue" value="?sort=date"' in form[: form.index("</form>")]


@pytest.mark.parametrize("version", ["9" * 30, "0", "-1", "9" * 5000])
def test_a_version_that_cannot_be_is_refused(planner: Browser, planned: Put, version: str) -> None:
    assert planner.send(_at(planned(Planned()), "approve"), {"version": version}).status_code == 422
