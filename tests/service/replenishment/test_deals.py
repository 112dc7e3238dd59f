from datetime import date

import pytest
from sqlalchemy import select, update

from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind
from service.replenishment.full_pass import recompute_everything
from service.replenishment.tables import RecommendationRow
from service.signals.tables import DemandSignalRow
from tests.service.builders_feeds import Erp, order, sale, stock, terms
from tests.service.builders_plan import SEPTEMBER, WON, of_kind, plan, recommendations
from tests.service.builders_signals import deliver, signal


def test_shipments_of_an_incremental_deal_do_not_raise_the_baseline(erp: Erp) -> None:
    plan(erp.context)
    deliver(erp.context, signal(**{**WON, "quantity": 700}))
    deal = sale(
        "SO-DEAL", "700", sold_on=date(2011, 8, 26), account_id="ACME", opportunity_id="OPP-1"
    )
    erp.send(FeedKind.SALES_LINES, deal)
    plan(erp.context)
    first, last = recommendations(erp.context)[0], recommendations(erp.context)[-1]
    assert of_kind(last, "baseline") == of_kind(first, "baseline")
    assert of_kind(last, "opportunity") == 0


def test_an_order_at_another_warehouse_takes_over_the_opportunity_it_names(erp: Erp) -> None:
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="FR"))
    deliver(erp.context, signal(**WON))
    plan(erp.context)
    erp.send(
        FeedKind.OPEN_ORDERS,
        order("SO-FR", "400", location_id="FR", account_id="ACME", opportunity_id="OPP-1"),
    )
    plan(erp.context)
    with erp.context.database.read() as session:
        levels = {
            row.location_id: of_kind(row, "opportunity") + of_kind(row, "linked_orders")
            for row in session.scalars(
                select(RecommendationRow).order_by(
                    RecommendationRow.created_at, RecommendationRow.recommendation_id
                )
            )
        }
    assert levels == {"UK": 0, "FR": 400}


def test_demand_at_a_key_without_terms_is_said_in_the_exception_queue(erp: Erp) -> None:
    deliver(erp.context, signal(location="FR", **SEPTEMBER))
    plan(erp.context)
    with erp.context.database.read() as session:
        (finding,) = session.scalars(select(ExceptionRow))
    assert finding.kind == "key_not_planned"
    assert "FR" in finding.detail


def test_a_deal_won_and_never_ordered_is_said_once(erp: Erp) -> None:
    past = {"delivery_window": {"start": "2011-08-01", "end": "2011-08-10"}}
    deliver(erp.context, signal(**{**WON, **past}))
    plan(erp.context)
    recompute_everything(erp.context)
    with erp.context.database.read() as session:
        (finding,) = session.scalars(select(ExceptionRow))
    assert finding.kind == "won_without_order"
    assert of_kind(recommendations(erp.context)[-1], "opportunity") == 0


def test_a_delivery_window_without_end_disturbs_nobody(erp: Erp) -> None:
    plan(erp.context)
    deliver(erp.context, signal(**SEPTEMBER))
    with erp.context.database.write() as session:
        session.execute(update(DemandSignalRow).values(window_end=date.max))
    plan(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "opportunity") > 0


def test_two_opportunities_never_share_a_name(erp: Erp) -> None:
    deliver(erp.context, signal(opportunity_id="Q-77/2", line_id="1", **SEPTEMBER))
    deliver(erp.context, signal(opportunity_id="Q-77", line_id="2/1", **SEPTEMBER))
    plan(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "opportunity") == 400


def _shares(context: ServiceContext) -> dict[str, float]:
    inputs = recommendations(context)[-1].inputs["opportunities"]
    return {one["opportunity_id"]: one["account_share"] for one in inputs}


def test_only_totals_of_the_same_days_divide_the_accounts_share(erp: Erp) -> None:
    erp.send(FeedKind.SALES_LINES, sale("SO-A", "500", account_id="ACME"))
    whole = {"quantity_basis": "total", **WON}
    deliver(erp.context, signal(**whole))
    plan(erp.context)
    alone = _shares(erp.context)["OPP-1"]
    past = {"delivery_window": {"start": "2010-09-01", "end": "2010-09-05"}}
    deliver(erp.context, signal(opportunity_id="OPP-2", **{**whole, **past, "status": "open"}))
    plan(erp.context)
    assert _shares(erp.context)["OPP-1"] == alone
    deliver(erp.context, signal(opportunity_id="OPP-3", **whole))
    plan(erp.context)
    assert _shares(erp.context)["OPP-1"] == pytest.approx(alone / 2)


def test_a_shipment_that_comes_before_the_new_order_list_is_not_needed_twice(erp: Erp) -> None:
    deliver(erp.context, signal(**WON))
    erp.send(FeedKind.OPEN_ORDERS, order("SO-9", "400", account_id="ACME", opportunity_id="OPP-1"))
    erp.send(FeedKind.STOCK_POSITIONS, stock("800", as_of=erp.context.clock()))
    plan(erp.context)
    before = recommendations(erp.context)[-1].explanation["net_requirement"]
    erp.send(
        FeedKind.SALES_LINES,
        sale(
            "SO-9/1",
            "400",
            sold_on=date(2011, 8, 29),
            account_id="ACME",
            opportunity_id="OPP-1",
            order_line_id="SO-9",
        ),
    )
    erp.send(FeedKind.STOCK_POSITIONS, stock("400", as_of=erp.context.clock()))
    plan(erp.context)
    assert recommendations(erp.context)[-1].explanation["net_requirement"] == before
