"""Planners override the forecast on the pages of a proposal and of a recommendation."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from service.context import ServiceContext
from service.database.base import new_id
from service.forecasts.tables import ForecastOverrideRow, OverrideWeekRow
from service.proposals.tables import ProposalRow
from tests.service.builders_feeds import dirty, stored
from tests.service.builders_rationale import TODAY, Planned
from tests.service.web.conftest import Browser

Put = Callable[[Planned], ProposalRow]


def _form(proposal: ProposalRow, **fields: str) -> dict[str, str]:
    return {
        "item_id": proposal.item_id,
        "location_id": proposal.location_id,
        "back": f"/proposals/{proposal.external_ref}?text=cup",
        "measure": "per_week",
        "amount": "1,200",
        "starts_on": str(TODAY),
        "expires_on": str(TODAY + timedelta(days=14)),
        "reason": "the <fair> is a week longer",
        **fields,
    }


@pytest.fixture
def proposal(planner: Browser, planned: Put) -> ProposalRow:
    assert planner.get("/queue").status_code == 200
    return planned(Planned())


def test_a_planner_overrides_and_is_back_where_she_was(
    context: ServiceContext, planner: Browser, proposal: ProposalRow
) -> None:
    form = planner.get(f"/proposals/{proposal.external_ref}").text
    assert 'action="/overrides"' in form
    sent = planner.send("/overrides", _form(proposal))
    address = sent.headers["location"]
    assert sent.status_code == 303
    assert address == f"/proposals/{proposal.external_ref}?text=cup&override=made#overrides"
    page = planner.get(address).text
    assert "1,200 a week" in page
    assert "the &lt;fair&gt; is a week longer" in page
    assert "In force" in page
    assert dirty(context) == {(proposal.item_id, proposal.location_id): False}
    (row,) = stored(context, ForecastOverrideRow)
    assert (row.author, row.author_name) == ("planner", "Demo planner")


def test_a_factor_is_shown_as_a_share_of_the_usual_demand(
    planner: Browser, proposal: ProposalRow
) -> None:
    planner.send("/overrides", _form(proposal, measure="factor", amount="1.5"))
    assert "150 % of the usual demand" in planner.get("/overrides").text


def test_an_override_is_withdrawn_with_a_reason_and_stays_in_the_history(
    context: ServiceContext, planner: Browser, proposal: ProposalRow
) -> None:
    planner.send("/overrides", _form(proposal))
    (row,) = stored(context, ForecastOverrideRow)
    address = f"/overrides/{row.override_id}/withdraw"
    assert f'action="{address}"' in planner.get(f"/proposals/{proposal.external_ref}").text
    assert planner.send(address, {"reason": ""}).status_code == 422
    sent = planner.send(address, {"reason": "fair cancelled", "back": _form(proposal)["back"]})
    assert sent.status_code == 303
    page = planner.get(sent.headers["location"]).text
    assert "Ended by planner: fair cancelled" in page
    assert f'action="{address}"' not in page


def test_the_recommendation_has_the_panel_too(planner: Browser, proposal: ProposalRow) -> None:
    page = planner.get(f"/recommendations/{proposal.recommendation_id}").text
    assert f'name="back" value="/recommendations/{proposal.recommendation_id}"' in page


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("amount", "a lot"),
        ("amount", "-3"),
        ("amount", "NaN"),
        ("amount", "1e30"),
        ("amount", "0.0000001"),
        ("starts_on", ""),
        ("expires_on", "soon"),
        ("expires_on", str(TODAY)),
        ("reason", "  "),
        ("item_id", "KETTLE"),
    ],
)
def test_what_cannot_be_used_is_refused_on_a_page_that_says_how_to_mend_it(
    context: ServiceContext, planner: Browser, proposal: ProposalRow, field: str, typed: str
) -> None:
    sent = planner.send("/overrides", _form(proposal, **{field: typed}))
    assert sent.status_code == 422
    assert "<!doctype html>" in sent.text
    assert stored(context, ForecastOverrideRow) == []
    assert dirty(context) == {}


@pytest.mark.parametrize("back", ["//evil.example/proposals/1", "https://evil.example", "/log-out"])
def test_nobody_is_sent_to_another_site(planner: Browser, proposal: ProposalRow, back: str) -> None:
    sent = planner.send("/overrides", _form(proposal, back=back))
    assert sent.headers["location"] == "/overrides?override=made#overrides"


def test_who_does_not_decide_sees_no_form_and_overrides_nothing(
    context: ServiceContext, stranger: Browser, planned: Put
) -> None:
    stranger.log_in("admin")
    proposal = planned(Planned())
    assert 'action="/overrides"' not in stranger.get(f"/proposals/{proposal.external_ref}").text
    assert stranger.send("/overrides", _form(proposal)).status_code == 403
    assert stored(context, ForecastOverrideRow) == []


def test_a_form_of_another_site_overrides_nothing(
    context: ServiceContext, planner: Browser, proposal: ProposalRow
) -> None:
    sent = planner.send("/overrides", _form(proposal), token="guessed")  # noqa: S106  no secret
    assert sent.status_code == 403
    assert stored(context, ForecastOverrideRow) == []


def _judge(context: ServiceContext, author: str, figures: tuple[float, float, float]) -> None:
    override_id = new_id()
    with context.database.write() as session:
        session.add(
            ForecastOverrideRow(
                override_id=override_id,
                item_id="CUP",
                location_id="DC-UK",
                starts_on=date(2011, 8, 1),
                expires_on=date(2011, 8, 8),
                asked_until=date(2011, 8, 8),
                reason="fair",
                author=author,
                author_name=author.title(),
                created_at=context.clock(),
            )
        )
        own, overridden, actual = figures
        session.add(
            OverrideWeekRow(
                override_id=override_id,
                week=date(2011, 8, 1),
                author=author,
                own=own,
                overridden=overridden,
                actual=actual,
                out_of_stock=author == "bert",
                measured_on=TODAY,
            )
        )


def test_the_page_of_overrides_says_what_each_person_added(
    context: ServiceContext, planner: Browser
) -> None:
    assert "No week with an override is over yet" in planner.get("/overrides").text
    _judge(context, "anna", (70, 100, 100))
    _judge(context, "bert", (70, 170, 100))
    page = planner.get("/overrides").text
    rows = [
        " ".join(re.sub("<[^>]+>", " ", row).split())
        for row in re.findall("<tr>.*?</tr>", page, re.S)
    ]
    assert rows[1:] == [
        "Anna 1 30 % 0 % 30 30",
        "Bert 1 (1 out of stock) 30 % 70 % −40 −40",
        "All 2 30 % 35 % −10 −5",
    ]
    assert 'href="/overrides" aria-current="page"' in page
