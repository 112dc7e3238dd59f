from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from rules.ordering.explanation import recompute_quantity
from service.context import Share
from service.feeds.batches import FeedKind
from service.forecasts.baselines import fit_dirty
from service.forecasts.tables import ForecastRunRow, SeriesForecastRow
from service.proposals.tables import ProposalRow
from service.replenishment.full_pass import recompute_everything
from service.replenishment.replay import replay
from service.replenishment.story import tell_story
from service.replenishment.tables import DecisionRow
from tests.service.builders_feeds import Erp, item, sale, terms
from tests.service.builders_plan import SEPTEMBER, of_kind, plan, recommendations, runs
from tests.service.builders_signals import deliver, signal


def test_history_stock_and_terms_become_an_explained_proposal(erp: Erp) -> None:
    plan(erp.context)
    (recommendation,) = recommendations(erp.context)
    assert of_kind(recommendation, "baseline") == pytest.approx(Decimal(210), rel=Decimal("0.05"))
    assert recompute_quantity(recommendation.explanation) == recommendation.quantity
    with erp.context.database.read() as session:
        (proposal,) = session.scalars(select(ProposalRow))
    assert proposal.recommended_quantity == recommendation.quantity


def test_a_pass_over_unchanged_inputs_recommends_nothing_new(erp: Erp) -> None:
    plan(erp.context)
    recompute_everything(erp.context)
    assert len(recommendations(erp.context)) == 1


def test_a_signal_recomputes_its_key_without_a_new_fit(erp: Erp) -> None:
    plan(erp.context)
    fitted = runs(erp.context)
    deliver(erp.context, signal(**SEPTEMBER))
    plan(erp.context)
    before, after = recommendations(erp.context)
    assert of_kind(after, "opportunity") == 200
    assert after.quantity > before.quantity
    assert runs(erp.context) == fitted


def test_a_few_changed_series_are_refitted_with_the_stored_pool(erp: Erp) -> None:
    erp.send(FeedKind.ITEMS, *(item(f"CUP-{n}") for n in range(9)))
    erp.send(FeedKind.SUPPLIER_TERMS, *(terms(f"CUP-{n}") for n in range(9)))
    plan(erp.context)
    erp.send(FeedKind.SALES_LINES, sale("SO-LATE", "70", sold_on=date(2011, 8, 27)))
    plan(erp.context)
    with erp.context.database.read() as session:
        kinds = session.scalars(
            select(ForecastRunRow.kind).order_by(ForecastRunRow.created_at, ForecastRunRow.run_id)
        ).all()
    assert sorted(kinds) == ["demand", "full", "pool", "refit"]


def test_terms_that_move_the_interval_bring_a_new_baseline(erp: Erp) -> None:
    plan(erp.context)
    erp.send(FeedKind.SUPPLIER_TERMS, terms(lead_time_days=28))
    plan(erp.context)
    with erp.context.database.read() as session:
        assert session.scalars(select(SeriesForecastRow.interval_days)).all() == [35]


def test_a_replayed_decision_is_identical(erp: Erp) -> None:
    deliver(erp.context, signal(**SEPTEMBER))
    plan(erp.context)
    deliver(erp.context, signal(source_version=2, quantity=150, **SEPTEMBER))
    plan(erp.context)
    with erp.context.database.read() as session:
        decisions = session.scalars(select(DecisionRow.decision_id)).all()
        replays = [replay(session, decision_id) for decision_id in decisions]
    assert len(replays) == 2
    assert [found.differences for found in replays if found] == [[], []]


def test_a_story_leads_from_the_proposal_to_the_message_that_caused_it(erp: Erp) -> None:
    deliver(erp.context, signal(**SEPTEMBER))
    plan(erp.context)
    with erp.context.database.read() as session:
        proposal = session.scalars(select(ProposalRow)).one()
        story = tell_story(session, proposal.external_ref)
    assert story is not None
    (told,) = story["signals"]
    assert (told["message_id"], told["source_version"]) == ("OPP-1-1-v1", 1)
    assert story["forecast"]["run_kind"] == "full"
    assert story["decision"]["policy_version"] == 3


def test_of_several_workers_the_first_makes_the_full_fit(erp: Erp) -> None:
    assert fit_dirty(replace(erp.context, share=Share(1, 2))) == 0
    assert fit_dirty(replace(erp.context, share=Share(0, 2))) == 1
