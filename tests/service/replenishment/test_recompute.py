from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from rules.ordering.explanation import recompute_quantity
from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind
from service.forecasts.baselines import fit_dirty
from service.forecasts.tables import ForecastRunRow, SeriesForecastRow
from service.policies.versions import ensure_default
from service.proposals.tables import ProposalRow
from service.replenishment.full_pass import recompute_everything
from service.replenishment.recompute import (
    decide_all,
    read_snapshot,
    recompute_dirty,
    write_results,
)
from service.replenishment.replay import replay
from service.replenishment.story import tell_story
from service.replenishment.tables import DecisionRow, RecommendationRow
from tests.service.builders_feeds import Erp, account, item, location, order, sale, stock, terms
from tests.service.builders_signals import deliver, signal

SEPTEMBER = {"delivery_window": {"start": "2011-09-01", "end": "2011-09-05"}}
WON = {"status": "won", "win_probability": "1", **SEPTEMBER}


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """An ERP that has told of steady sales of bottles at UK since a year, and of little stock."""
    with context.database.write() as session:
        ensure_default(session, context.clock())
    erp = Erp(context)
    erp.send(FeedKind.LOCATIONS, location("UK"), location("FR"))
    erp.send(FeedKind.ITEMS, item("BOTTLE"))
    erp.send(FeedKind.ACCOUNTS, account("ACME"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms())
    erp.send(FeedKind.STOCK_POSITIONS, stock("40", as_of=context.clock()))
    days = [date(2011, 8, 28) - timedelta(days=back) for back in range(210)]
    erp.send(FeedKind.SALES_LINES, *(sale(f"SO-{day}", "10", sold_on=day) for day in days))
    return erp


def _plan(context: ServiceContext) -> None:
    while fit_dirty(context) or recompute_dirty(context).keys:
        pass


def _recommendations(context: ServiceContext) -> list[RecommendationRow]:
    with context.database.read() as session:
        return list(
            session.scalars(
                select(RecommendationRow).order_by(
                    RecommendationRow.created_at, RecommendationRow.recommendation_id
                )
            )
        )


def _runs(context: ServiceContext) -> int:
    with context.database.read() as session:
        return session.scalar(select(func.count()).select_from(ForecastRunRow)) or 0


def _of_kind(recommendation: RecommendationRow, kind: str) -> Decimal:
    return sum(
        (
            Decimal(term["quantity"])
            for term in recommendation.explanation["terms"]
            if term["kind"] == kind
        ),
        Decimal(0),
    )


def test_history_stock_and_terms_become_an_explained_proposal(erp: Erp) -> None:
    _plan(erp.context)
    (recommendation,) = _recommendations(erp.context)
    assert _of_kind(recommendation, "baseline") == pytest.approx(Decimal(210), rel=Decimal("0.05"))
    assert recompute_quantity(recommendation.explanation) == recommendation.quantity
    with erp.context.database.read() as session:
        (proposal,) = session.scalars(select(ProposalRow))
    assert proposal.recommended_quantity == recommendation.quantity


def test_a_pass_over_unchanged_inputs_recommends_nothing_new(erp: Erp) -> None:
    _plan(erp.context)
    recompute_everything(erp.context)
    assert len(_recommendations(erp.context)) == 1


def test_a_signal_recomputes_its_key_without_a_new_fit(erp: Erp) -> None:
    _plan(erp.context)
    runs = _runs(erp.context)
    deliver(erp.context, signal(**SEPTEMBER))
    _plan(erp.context)
    before, after = _recommendations(erp.context)
    assert _of_kind(after, "opportunity") == 200
    assert after.quantity > before.quantity
    assert _runs(erp.context) == runs


def test_a_key_that_changes_during_a_pass_is_left_to_the_next(erp: Erp) -> None:
    _plan(erp.context)
    deliver(erp.context, signal(**SEPTEMBER))
    snapshot = read_snapshot(erp.context)
    deliver(erp.context, signal(source_version=2, quantity=150, **SEPTEMBER))
    assert write_results(erp.context, snapshot, decide_all(snapshot)).recommendations == 0
    _plan(erp.context)
    first, last = _recommendations(erp.context)
    assert _of_kind(first, "opportunity") == 0
    assert _of_kind(last, "opportunity") == 75


def test_a_few_changed_series_are_refitted_with_the_stored_pool(erp: Erp) -> None:
    erp.send(FeedKind.ITEMS, *(item(f"CUP-{n}") for n in range(9)))
    erp.send(FeedKind.SUPPLIER_TERMS, *(terms(f"CUP-{n}") for n in range(9)))
    _plan(erp.context)
    erp.send(FeedKind.SALES_LINES, sale("SO-LATE", "70", sold_on=date(2011, 8, 27)))
    _plan(erp.context)
    with erp.context.database.read() as session:
        kinds = session.scalars(
            select(ForecastRunRow.kind).order_by(ForecastRunRow.created_at, ForecastRunRow.run_id)
        ).all()
    assert sorted(kinds) == ["demand", "full", "pool", "refit"]


def test_terms_that_move_the_interval_bring_a_new_baseline(erp: Erp) -> None:
    _plan(erp.context)
    erp.send(FeedKind.SUPPLIER_TERMS, terms(lead_time_days=28))
    _plan(erp.context)
    with erp.context.database.read() as session:
        assert session.scalars(select(SeriesForecastRow.interval_days)).all() == [35]


def test_shipments_of_an_incremental_deal_do_not_raise_the_baseline(erp: Erp) -> None:
    _plan(erp.context)
    deliver(erp.context, signal(**{**WON, "quantity": 700}))
    deal = sale(
        "SO-DEAL", "700", sold_on=date(2011, 8, 26), account_id="ACME", opportunity_id="OPP-1"
    )
    erp.send(FeedKind.SALES_LINES, deal)
    _plan(erp.context)
    first, last = _recommendations(erp.context)[0], _recommendations(erp.context)[-1]
    assert _of_kind(last, "baseline") == _of_kind(first, "baseline")
    assert _of_kind(last, "opportunity") == 0


def test_an_order_at_another_warehouse_takes_over_the_opportunity_it_names(erp: Erp) -> None:
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="FR"))
    deliver(erp.context, signal(**WON))
    _plan(erp.context)
    erp.send(
        FeedKind.OPEN_ORDERS,
        order("SO-FR", "400", location_id="FR", account_id="ACME", opportunity_id="OPP-1"),
    )
    _plan(erp.context)
    with erp.context.database.read() as session:
        levels = {
            row.location_id: _of_kind(row, "opportunity") + _of_kind(row, "linked_orders")
            for row in session.scalars(
                select(RecommendationRow).order_by(
                    RecommendationRow.created_at, RecommendationRow.recommendation_id
                )
            )
        }
    assert levels == {"UK": 0, "FR": 400}


def test_demand_at_a_key_without_terms_is_said_in_the_exception_queue(erp: Erp) -> None:
    deliver(erp.context, signal(location="FR", **SEPTEMBER))
    _plan(erp.context)
    with erp.context.database.read() as session:
        (finding,) = session.scalars(select(ExceptionRow))
    assert finding.kind == "key_not_planned"
    assert "FR" in finding.detail


def test_a_deal_won_and_never_ordered_is_said_once(erp: Erp) -> None:
    past = {"delivery_window": {"start": "2011-08-01", "end": "2011-08-10"}}
    deliver(erp.context, signal(**{**WON, **past}))
    _plan(erp.context)
    recompute_everything(erp.context)
    with erp.context.database.read() as session:
        (finding,) = session.scalars(select(ExceptionRow))
    assert finding.kind == "won_without_order"
    assert _of_kind(_recommendations(erp.context)[-1], "opportunity") == 0


def test_a_replayed_decision_is_identical(erp: Erp) -> None:
    deliver(erp.context, signal(**SEPTEMBER))
    _plan(erp.context)
    deliver(erp.context, signal(source_version=2, quantity=150, **SEPTEMBER))
    _plan(erp.context)
    with erp.context.database.read() as session:
        decisions = session.scalars(select(DecisionRow.decision_id)).all()
        replays = [replay(session, decision_id) for decision_id in decisions]
    assert len(replays) == 2
    assert [found.differences for found in replays if found] == [[], []]


def test_a_story_leads_from_the_proposal_to_the_message_that_caused_it(erp: Erp) -> None:
    deliver(erp.context, signal(**SEPTEMBER))
    _plan(erp.context)
    with erp.context.database.read() as session:
        proposal = session.scalars(select(ProposalRow)).one()
        story = tell_story(session, proposal.external_ref)
    assert story is not None
    (told,) = story["signals"]
    assert (told["message_id"], told["source_version"]) == ("OPP-1-1-v1", 1)
    assert story["forecast"]["run_kind"] == "full"
    assert story["decision"]["policy_version"] == 1
