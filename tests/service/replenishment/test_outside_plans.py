"""Another planning system in charge: in its scope, and nowhere else."""

from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from sqlalchemy import select

from adapters.canonical.proposal import ProposalKind
from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.forecasts.scopes import Use, stop_scope
from service.policies.versions import activate
from service.proposals.acknowledgements import acknowledge
from service.proposals.claims import ClaimRequest, claim
from service.proposals.erp_answers import Reporter
from service.proposals.erp_words import AcknowledgementBody, ProgressBody
from service.proposals.planner import approve
from service.proposals.progress import report_progress
from service.proposals.tables import ProposalRow
from service.replenishment.full_pass import recompute_everything
from service.replenishment.replay import replay
from service.replenishment.tables import DecisionRow, RecommendationRow
from service.worker.sweep import sweep
from tests.service.builders_feeds import Erp, stock, terms
from tests.service.builders_plan import (
    SEPTEMBER,
    of_kind,
    plan,
    planner_says,
    proposals,
    recommendations,
)
from tests.service.builders_plans import (
    FORESIGHT,
    advice,
    open_exceptions,
    put_in_charge,
    tell,
    weeks,
)
from tests.service.builders_signals import deliver, signal
from tests.service.conftest import FakeClock


def newest(context: ServiceContext, location_id: str = "UK") -> RecommendationRow:
    return [row for row in recommendations(context) if row.location_id == location_id][-1]


def decision(context: ServiceContext) -> DecisionRow:
    with context.database.read() as session:
        return session.scalars(
            select(DecisionRow).order_by(DecisionRow.decided_at, DecisionRow.decision_id)
        ).all()[-1]


def reasons(context: ServiceContext) -> set[str]:
    return {reason["code"] for reason in decision(context).reasons}


def replays_exactly(context: ServiceContext) -> bool:
    with context.database.read() as session:
        found = replay(session, decision(context).decision_id)
    return found is not None and found.differences == []


def test_an_outside_forecast_wins_in_its_scope_and_nowhere_else(erp: Erp) -> None:
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="FR"))
    plan(erp.context)
    ours = {place: of_kind(newest(erp.context, place), "baseline") for place in ("UK", "FR")}
    tell(erp.context, *weeks(4, "140"), *weeks(4, "140", location_id="FR"))
    put_in_charge(erp.context, location_id="UK")
    plan(erp.context)
    assert of_kind(newest(erp.context), "baseline") == 420
    assert of_kind(newest(erp.context, "FR"), "baseline") == ours["FR"] != 420
    term = newest(erp.context).explanation["terms"][0]
    assert term["label"].endswith("forecast by foresight")
    assert term["records"] == [
        {"type": "outside_forecast", "id": "foresight/BOTTLE@UK", "version": "1"}
    ]
    assert replays_exactly(erp.context)


def test_opportunities_are_laid_over_an_outside_forecast(erp: Erp) -> None:
    tell(erp.context, *weeks(4, "140"))
    put_in_charge(erp.context)
    deliver(erp.context, signal(**SEPTEMBER))
    plan(erp.context)
    assert of_kind(newest(erp.context), "opportunity") == 200


def test_an_outside_forecast_is_not_judged_by_our_own_errors(erp: Erp) -> None:
    tell(erp.context, *weeks(4, "140"))
    put_in_charge(erp.context)
    plan(erp.context)
    assert decision(erp.context).facts["backtest_error"] is None
    assert decision(erp.context).outcome == "review"


def test_our_own_forecast_comes_back_when_the_scope_ends(erp: Erp, clock: FakeClock) -> None:
    sweep(erp.context)
    tell(erp.context, *weeks(9, "140"))
    put_in_charge(erp.context, until=date(2011, 8, 30))
    plan(erp.context)
    assert of_kind(newest(erp.context), "baseline") == 420
    clock.now += timedelta(days=2)
    sweep(erp.context)
    plan(erp.context)
    assert of_kind(newest(erp.context), "baseline") < 300
    assert open_exceptions(erp.context) == []


def test_our_own_forecast_comes_back_when_the_scope_is_stopped(erp: Erp) -> None:
    tell(erp.context, *weeks(9, "140"))
    scope = put_in_charge(erp.context)
    plan(erp.context)
    with erp.context.database.write() as session:
        stop_scope(session, scope.scope_id, "anna", erp.context.clock())
    plan(erp.context)
    assert of_kind(newest(erp.context), "baseline") < 300


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "does not speak of every day"),
        (weeks(2, "140"), "does not speak of every day until 2011-09-18"),
        (weeks(4, "140", as_of="2011-07-01T00:00:00Z"), "none older than 35 days is used"),
    ],
)
def test_a_forecast_that_cannot_be_used_is_said_and_ours_stands_in(
    erp: Erp, rows: list[dict[str, Any]], why: str
) -> None:
    tell(erp.context, *rows)
    put_in_charge(erp.context)
    plan(erp.context)
    (said,) = open_exceptions(erp.context)
    assert (said.kind, said.system) == ("outside_forecast_unusable", FORESIGHT)
    assert why in said.detail
    assert of_kind(newest(erp.context), "baseline") < 300
    tell(erp.context, *weeks(4, "140", version=2))
    plan(erp.context)
    assert open_exceptions(erp.context) == []
    assert of_kind(newest(erp.context), "baseline") == 420


def test_a_recommendation_is_the_quantity_wanted(erp: Erp) -> None:
    tell(erp.context, advice("130", reference="PLO-12"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    (proposal,) = proposals(erp.context)
    assert proposal.recommended_quantity == 130
    assert proposal.required_date == date(2011, 9, 12)
    assert (
        proposal.rationale == "foresight recommends 130 as PLO-12 as of 2011-08-29; 0 taken since."
    )
    assert decision(erp.context).rule_id == "G-outside"
    assert replays_exactly(erp.context)


def hand_off(context: ServiceContext, clock: FakeClock) -> ProposalRow:
    """A planner approves the newest proposal, and the ERP takes it."""
    planner_says(context, approve)
    clock.now += timedelta(minutes=1)
    key = str(clock.now)
    request = ClaimRequest("erp", key, key, ProposalKind.REQUISITION, 10, timedelta(minutes=15))
    with context.database.write() as session:
        claimed = claim(session, request, clock())
    offered = claimed["proposals"][0]
    body = AcknowledgementBody(
        claim_id=claimed["claim_id"],
        erp_number=f"R-{clock.now:%H%M}",
        accepted_quantity=Decimal(offered["quantity"]),
    )
    with context.database.write() as session:
        acknowledge(session, Reporter("erp", offered["external_ref"]), body, clock())
    return proposals(context)[-1]


def test_a_recommendation_is_handed_off_once(erp: Erp, clock: FakeClock) -> None:
    tell(erp.context, advice("130"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    taken = hand_off(erp.context, clock)
    recompute_everything(erp.context)
    assert newest(erp.context).quantity == 0
    assert [row.state for row in proposals(erp.context)] == ["acknowledged"]

    closed = ProgressBody.model_validate({"state": "closed"})
    with erp.context.database.write() as session:
        report_progress(session, Reporter("erp", taken.external_ref), closed, clock())
    erp.send(FeedKind.STOCK_POSITIONS, stock("0", as_of=clock.now))
    recompute_everything(erp.context)
    assert newest(erp.context).quantity == 0
    assert len(proposals(erp.context)) == 1


def test_a_new_version_asks_for_what_it_could_not_know_of(erp: Erp, clock: FakeClock) -> None:
    tell(erp.context, advice("130"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    hand_off(erp.context, clock)
    tell(erp.context, advice("150", version=2))
    plan(erp.context)
    assert newest(erp.context).quantity == 20
    assert of_kind(newest(erp.context), "committed_since") == -130
    later = (clock.now + timedelta(minutes=5)).isoformat()
    tell(erp.context, advice("150", version=3, as_of=later))
    plan(erp.context)
    assert newest(erp.context).quantity == 150


def test_nothing_is_taken_back_because_less_is_recommended(erp: Erp, clock: FakeClock) -> None:
    tell(erp.context, advice("130"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    hand_off(erp.context, clock)
    tell(erp.context, advice("10", version=2))
    plan(erp.context)
    assert newest(erp.context).quantity == 0
    assert [row.state for row in proposals(erp.context)] == ["acknowledged"]


def test_what_breaks_the_suppliers_lot_is_looked_at(erp: Erp) -> None:
    lot: dict[str, Any] = {"minimum_order_quantity": Decimal(48), "order_multiple": Decimal(12)}
    erp.send(FeedKind.SUPPLIER_TERMS, terms(**lot))
    tell(erp.context, advice("30"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    assert newest(erp.context).quantity == 30
    assert "LOT_NOT_KEPT" in reasons(erp.context)


def test_the_policy_may_want_recommendations_raised_to_the_lot(erp: Erp) -> None:
    shipped = (resources.files("rules.policies") / "replenishment.toml").read_text("utf-8")
    raising = shipped.replace("version = 3", "version = 4", 1).replace(
        "value = false", "value = true"
    )
    with erp.context.database.write() as session:
        activate(session, raising, "anna", erp.context.clock())
    lot: dict[str, Any] = {"minimum_order_quantity": Decimal(48), "order_multiple": Decimal(12)}
    erp.send(FeedKind.SUPPLIER_TERMS, terms(**lot))
    tell(erp.context, advice("50"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    assert newest(erp.context).quantity == 60
    assert "LOT_NOT_KEPT" not in reasons(erp.context)


def test_the_supplier_that_is_named_delivers_on_its_own_terms(erp: Erp) -> None:
    other = terms(supplier_id="S-02", priority=2, unit_price=Decimal("3.00"))
    erp.send(FeedKind.SUPPLIER_TERMS, other)
    tell(erp.context, advice("20", supplier_id="S-02"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    (proposal,) = proposals(erp.context)
    assert proposal.supplier_id == "S-02"
    assert proposal.unit_price == 3


def test_a_supplier_without_terms_has_no_price_and_is_looked_at(erp: Erp) -> None:
    tell(erp.context, advice("20", supplier_id="S-09"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    (proposal,) = proposals(erp.context)
    assert (proposal.supplier_id, proposal.unit_price) == ("S-09", None)
    assert proposal.state == "in_review"


@pytest.mark.parametrize("rows", [[], [advice(as_of="2011-07-01T00:00:00Z")]])
def test_without_a_usable_recommendation_we_reckon_ourselves(
    erp: Erp, rows: list[dict[str, Any]]
) -> None:
    tell(erp.context, *rows)
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    (said,) = open_exceptions(erp.context)
    assert said.kind == "outside_recommendation_unusable"
    assert of_kind(newest(erp.context), "baseline") > 0


def test_a_recommended_nothing_orders_nothing(erp: Erp) -> None:
    tell(erp.context, advice("0"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    assert proposals(erp.context) == []
    assert open_exceptions(erp.context) == []
