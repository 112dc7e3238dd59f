from datetime import date

import pytest
from sqlalchemy import select, update

from adapters.canonical.master_data import SupplierTerms
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind, Removal
from service.forecasts.baselines import fit, fit_dirty, read_task, store_fit
from service.forecasts.tables import ForecastRunRow, SeriesForecastRow
from service.proposals.planner import reject, reopen
from service.replenishment.full_pass import recompute_everything
from service.replenishment.recompute import (
    decide_all,
    read_snapshot,
    read_work,
    recompute_dirty,
    write_results,
)
from service.work import dirty_keys
from service.work.tables import CompanyRow
from tests.service.builders_feeds import Erp, item, sale, stock, terms
from tests.service.builders_plan import (
    SEPTEMBER,
    baseline,
    of_kind,
    plan,
    planner_says,
    proposals,
    recommendations,
)
from tests.service.builders_signals import deliver, signal


def test_a_key_that_changes_during_a_pass_is_left_to_the_next(erp: Erp) -> None:
    plan(erp.context)
    deliver(erp.context, signal(**SEPTEMBER))
    snapshot = read_snapshot(erp.context, read_work(erp.context))
    deliver(erp.context, signal(source_version=2, quantity=150, **SEPTEMBER))
    assert write_results(erp.context, snapshot, decide_all(snapshot)).recommendations == 0
    plan(erp.context)
    first, last = recommendations(erp.context)
    assert of_kind(first, "opportunity") == 0
    assert of_kind(last, "opportunity") == 75


def test_one_key_that_cannot_be_computed_stops_no_other(erp: Erp) -> None:
    erp.send(FeedKind.ITEMS, item("CUP"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms("CUP"))
    plan(erp.context)
    with erp.context.database.write() as session:
        broken = [-1.0] * 3  # as after a faulty migration: no quantiles at all
        session.execute(
            update(SeriesForecastRow)
            .where(SeriesForecastRow.item_id == "CUP")
            .values(interval_quantiles=broken)
        )
    recompute_everything(erp.context)
    deliver(erp.context, signal(**SEPTEMBER))
    plan(erp.context)
    with erp.context.database.read() as session:
        (finding,) = session.scalars(select(ExceptionRow))
    assert (finding.kind, finding.subject_key) == ("recompute_failed", "CUP@UK")
    assert of_kind(recommendations(erp.context)[-1], "opportunity") == 200

    erp.send(FeedKind.SALES_LINES, sale("SO-CUP", "5", item_id="CUP"))
    plan(erp.context)
    with erp.context.database.read() as session:
        assert session.scalars(select(ExceptionRow.state)).all() == ["replayed"]


def test_a_fault_of_the_installation_is_not_laid_at_a_keys_door(erp: Erp) -> None:
    plan(erp.context)
    deliver(erp.context, signal(**SEPTEMBER))
    with erp.context.database.write() as session:
        session.add(CompanyRow(name="company", title="X", time_zone="Nowhere/Land", currency="GBP"))
    with pytest.raises(KeyError, match="Nowhere/Land"):
        recompute_dirty(erp.context)
    with erp.context.database.read() as session:
        assert session.scalars(select(ExceptionRow)).all() == []
        assert len(dirty_keys.read(session, 10)) == 1


def test_a_damaged_pool_is_made_anew(erp: Erp) -> None:
    erp.send(FeedKind.ITEMS, *(item(f"CUP-{n}") for n in range(9)))
    erp.send(FeedKind.SUPPLIER_TERMS, *(terms(f"CUP-{n}") for n in range(9)))
    plan(erp.context)
    for file in erp.context.settings.runs_dir.glob("pool-*"):
        file.unlink()
    erp.send(FeedKind.SALES_LINES, sale("SO-LATE", "70", sold_on=date(2011, 8, 27)))
    plan(erp.context)
    with erp.context.database.read() as session:
        kinds = session.scalars(select(ForecastRunRow.kind)).all()
    assert sorted(kinds) == ["demand", "demand", "full", "full", "pool", "pool"]


def test_a_fit_that_was_overtaken_does_not_replace_the_newer_one(erp: Erp) -> None:
    plan(erp.context)
    erp.send(FeedKind.SALES_LINES, sale("SO-1", "70", sold_on=date(2011, 8, 27)))
    old = read_task(erp.context, everything=True)
    assert old is not None
    erp.send(FeedKind.SALES_LINES, sale("SO-2", "7000", sold_on=date(2011, 8, 26)))
    fit_dirty(erp.context)
    newer = baseline(erp.context)
    store_fit(erp.context, old, fit(old))
    assert baseline(erp.context) == newer


def test_what_nobody_plans_any_more_is_not_offered_to_the_erp(erp: Erp) -> None:
    plan(erp.context)
    key = {"item_id": "BOTTLE", "location_id": "UK", "supplier_id": "S-01"}
    erp.send(FeedKind.SUPPLIER_TERMS, Removal(SupplierTerms, terms().source, key))
    plan(erp.context)
    assert [one.state for one in proposals(erp.context)] == ["cancelled"]
    erp.send(FeedKind.SUPPLIER_TERMS, terms())
    plan(erp.context)
    first, second = proposals(erp.context)
    assert first.state == "cancelled"
    assert second.state in {"approved", "in_review"}


def test_a_proposal_that_a_planner_brings_back_is_derived_anew(erp: Erp) -> None:
    plan(erp.context)
    planner_says(erp.context, reject)
    erp.send(FeedKind.STOCK_POSITIONS, stock("100", as_of=erp.context.clock()))
    plan(erp.context)
    planner_says(erp.context, reopen)
    plan(erp.context)
    (proposal,) = proposals(erp.context)
    assert proposal.state == "in_review"
    assert proposal.recommended_quantity == recommendations(erp.context)[-1].quantity
