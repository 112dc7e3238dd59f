from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from rules.ordering.explanation import recompute_quantity
from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind
from service.forecasts.baselines import fit, fit_dirty, read_task, store_fit
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
from service.signals.tables import DemandSignalRow
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


def _baseline(context: ServiceContext) -> tuple[UUID, float]:
    with context.database.read() as session:
        row = session.get_one(SeriesForecastRow, ("BOTTLE", "UK"))
        return row.run_id, row.interval_mean


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


def test_one_key_that_cannot_be_computed_stops_no_other(erp: Erp) -> None:
    erp.send(FeedKind.ITEMS, item("CUP"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms("CUP"))
    _plan(erp.context)
    with erp.context.database.write() as session:
        broken = [-1.0] * 3  # as after a faulty migration: no quantiles at all
        session.execute(
            update(SeriesForecastRow)
            .where(SeriesForecastRow.item_id == "CUP")
            .values(interval_quantiles=broken)
        )
    recompute_everything(erp.context)
    deliver(erp.context, signal(**SEPTEMBER))
    _plan(erp.context)
    with erp.context.database.read() as session:
        (finding,) = session.scalars(select(ExceptionRow))
    assert (finding.kind, finding.subject_key) == ("recompute_failed", "CUP@UK")
    assert _of_kind(_recommendations(erp.context)[-1], "opportunity") == 200

    erp.send(FeedKind.SALES_LINES, sale("SO-CUP", "5", item_id="CUP"))
    _plan(erp.context)
    with erp.context.database.read() as session:
        assert session.scalars(select(ExceptionRow.state)).all() == ["replayed"]


def test_a_delivery_window_without_end_disturbs_nobody(erp: Erp) -> None:
    _plan(erp.context)
    deliver(erp.context, signal(**SEPTEMBER))
    with erp.context.database.write() as session:
        session.execute(update(DemandSignalRow).values(window_end=date.max))
    _plan(erp.context)
    assert _of_kind(_recommendations(erp.context)[-1], "opportunity") > 0


def test_a_damaged_pool_is_made_anew(erp: Erp) -> None:
    erp.send(FeedKind.ITEMS, *(item(f"CUP-{n}") for n in range(9)))
    erp.send(FeedKind.SUPPLIER_TERMS, *(terms(f"CUP-{n}") for n in range(9)))
    _plan(erp.context)
    for file in erp.context.settings.runs_dir.glob("pool-*"):
        file.unlink()
    erp.send(FeedKind.SALES_LINES, sale("SO-LATE", "70", sold_on=date(2011, 8, 27)))
    _plan(erp.context)
    with erp.context.database.read() as session:
        kinds = session.scalars(select(ForecastRunRow.kind)).all()
    assert sorted(kinds) == ["demand", "demand", "full", "full", "pool", "pool"]


def test_a_fit_that_was_overtaken_does_not_replace_the_newer_one(erp: Erp) -> None:
    _plan(erp.context)
    erp.send(FeedKind.SALES_LINES, sale("SO-1", "70", sold_on=date(2011, 8, 27)))
    old = read_task(erp.context, everything=True)
    assert old is not None
    erp.send(FeedKind.SALES_LINES, sale("SO-2", "7000", sold_on=date(2011, 8, 26)))
    fit_dirty(erp.context)
    newer = _baseline(erp.context)
    store_fit(erp.context, old, fit(old))
    assert _baseline(erp.context) == newer


def test_two_opportunities_never_share_a_name(erp: Erp) -> None:
    deliver(erp.context, signal(opportunity_id="Q-77/2", line_id="1", **SEPTEMBER))
    deliver(erp.context, signal(opportunity_id="Q-77", line_id="2/1", **SEPTEMBER))
    _plan(erp.context)
    assert _of_kind(_recommendations(erp.context)[-1], "opportunity") == 400


def _shares(context: ServiceContext) -> dict[str, float]:
    inputs = _recommendations(context)[-1].inputs["opportunities"]
    return {one["opportunity_id"]: one["account_share"] for one in inputs}


def test_only_totals_of_the_same_days_divide_the_accounts_share(erp: Erp) -> None:
    erp.send(FeedKind.SALES_LINES, sale("SO-A", "500", account_id="ACME"))
    whole = {"quantity_basis": "total", **WON}
    deliver(erp.context, signal(**whole))
    _plan(erp.context)
    alone = _shares(erp.context)["OPP-1"]
    past = {"delivery_window": {"start": "2010-09-01", "end": "2010-09-05"}}
    deliver(erp.context, signal(opportunity_id="OPP-2", **{**whole, **past, "status": "open"}))
    _plan(erp.context)
    assert _shares(erp.context)["OPP-1"] == alone
    deliver(erp.context, signal(opportunity_id="OPP-3", **whole))
    _plan(erp.context)
    assert _shares(erp.context)["OPP-1"] == pytest.approx(alone / 2)


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
