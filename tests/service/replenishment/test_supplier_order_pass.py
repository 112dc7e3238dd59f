"""Lines of one supplier order share their fate, and a plan comes to rest."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from adapters.canonical.supply import SupplierConditions
from service.context import ServiceContext
from service.feeds.batches import FeedKind, Removal
from service.forecasts.baselines import fit_dirty
from service.policies.versions import ensure_default
from service.proposals.decisions import Edit
from service.proposals.planner import change_quantity, reject, undo
from service.proposals.tables import ProposalRow
from service.replenishment.groups import GroupedKeys
from service.replenishment.recompute import (
    decide_all,
    read_snapshot,
    read_work,
    recompute_dirty,
    write_results,
)
from service.replenishment.replay import replay
from service.replenishment.tables import DecisionRow, StaleSupplierOrderRow
from tests.service.builders_feeds import (
    Erp,
    location,
    source,
    stock,
    stored,
    terms,
)
from tests.service.builders_supplier_orders import (
    FOURTH,
    ITEMS,
    LINE,
    add_item,
    conditions,
    gaps,
    in_batches_of,
    lines,
    minimum_between,
    rest,
    states,
)
from tests.service.statements import statements


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """Three lines for S-01 at UK, none of which is ordered yet."""
    with context.database.write() as session:
        ensure_default(session, context.clock())
    erp = Erp(context)
    erp.send(FeedKind.LOCATIONS, location("UK"))
    for name in ITEMS:
        add_item(erp, name)
    return erp


def test_without_conditions_every_line_goes_out_by_itself(erp: Erp) -> None:
    rest(erp.context)
    assert states(erp.context) == dict.fromkeys(ITEMS, "approved")
    assert gaps(erp.context) == {"0"}


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_three_lines_wait_until_a_fourth_reaches_the_minimum(erp: Erp, batch: int) -> None:
    context = in_batches_of(erp.context, batch)
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum_between(erp, 3, 4)))
    rest(context)
    assert states(context) == dict.fromkeys(ITEMS, "in_review")

    add_item(erp, FOURTH)
    rest(context)
    assert states(context) == dict.fromkeys((*ITEMS, FOURTH), "approved")
    assert gaps(context) == {"0"}

    erp.send(FeedKind.STOCK_POSITIONS, stock("900", item_id=FOURTH, as_of=context.clock()))
    rest(context)
    assert states(context) == dict.fromkeys(ITEMS, "in_review")


def test_a_minimum_that_goes_lets_the_lines_go(erp: Erp) -> None:
    told = conditions(minimum_between(erp, 3, 4))
    erp.send(FeedKind.SUPPLIER_CONDITIONS, told)
    rest(erp.context)
    erp.send(FeedKind.SUPPLIER_CONDITIONS, Removal(SupplierConditions, told.source, {}))
    rest(erp.context)
    assert states(erp.context) == dict.fromkeys(ITEMS, "approved")


def test_conditions_of_the_site_come_before_those_for_all_sites(erp: Erp) -> None:
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum_between(erp, 3, 4)))
    here = conditions("10", source=source("C-2"), location_id="UK")
    erp.send(FeedKind.SUPPLIER_CONDITIONS, here)
    rest(erp.context)
    assert states(erp.context) == dict.fromkeys(ITEMS, "approved")


def test_a_line_that_is_no_longer_planned_takes_the_others_below_the_minimum(erp: Erp) -> None:
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum_between(erp, 2, 3)))
    rest(erp.context)
    assert set(states(erp.context).values()) == {"approved"}
    gone = Removal(type(terms()), source("CUP/UK"), _key_of_terms("CUP"))
    erp.send(FeedKind.SUPPLIER_TERMS, gone)
    rest(erp.context)
    assert states(erp.context) == {"ANVIL": "in_review", "BOTTLE": "in_review"}


def _key_of_terms(name: str) -> dict[str, str]:
    return {"item_id": name, "location_id": "UK", "supplier_id": "S-01"}


def test_a_line_that_moves_to_another_supplier_leaves_the_order(erp: Erp) -> None:
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum_between(erp, 2, 3)))
    rest(erp.context)
    elsewhere = terms("CUP", supplier_id="S-99", unit_price=LINE)
    erp.send(FeedKind.SUPPLIER_TERMS, elsewhere)
    gone = Removal(type(terms()), source("CUP/UK"), _key_of_terms("CUP"))
    erp.send(FeedKind.SUPPLIER_TERMS, gone)
    rest(erp.context)
    assert states(erp.context) == {"ANVIL": "in_review", "BOTTLE": "in_review", "CUP": "approved"}


def test_a_rejection_sends_the_rest_to_review_and_its_undo_brings_it_back(erp: Erp) -> None:
    context = erp.context
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum_between(erp, 2, 3)))
    rest(context)
    cup = lines(context)["CUP"]
    with context.database.write() as session:
        reject(session, _edit(cup), context.clock())
    rest(context)
    assert states(context) == {"ANVIL": "in_review", "BOTTLE": "in_review"}

    with context.database.write() as session:
        cup = session.get_one(ProposalRow, cup.proposal_id)
        undo(session, _edit(cup), context.clock())
    rest(context)
    assert states(context) == {"ANVIL": "approved", "BOTTLE": "approved", "CUP": "in_review"}


def test_a_planners_larger_quantity_counts_towards_the_minimum(erp: Erp) -> None:
    context = erp.context
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum_between(erp, 3, 4)))
    rest(context)
    cup = lines(context)["CUP"]
    with context.database.write() as session:
        change_quantity(session, _edit(cup), cup.recommended_quantity * 2, context.clock())
    rest(context)
    assert states(context) == {"ANVIL": "approved", "BOTTLE": "approved", "CUP": "in_review"}


def _edit(row: ProposalRow) -> Edit:
    return Edit(row.proposal_id, row.row_version, "anna", "the supplier says so")


def test_lines_in_two_currencies_are_looked_at(erp: Erp) -> None:
    minimum = minimum_between(erp, 2, 3)
    add_item(erp, FOURTH, currency="EUR")
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum))
    rest(erp.context)
    assert set(states(erp.context).values()) == {"in_review"}
    assert gaps(erp.context) == {None}


def test_decisions_of_a_supplier_order_are_replayed_exactly(erp: Erp) -> None:
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum_between(erp, 3, 4)))
    rest(erp.context)
    add_item(erp, FOURTH)
    rest(erp.context)
    with erp.context.database.read() as session:
        decisions = session.scalars(select(DecisionRow.decision_id)).all()
        found = [replay(session, decision_id) for decision_id in decisions]
    assert len(found) == 3 + 3 + 1 + 3
    assert [one.differences for one in found if one] == [[]] * len(found)


def test_the_order_costs_the_same_few_statements_for_any_number_of_lines(erp: Erp) -> None:
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum_between(erp, 3, 4)))
    rest(erp.context)
    counts = []
    for names in (ITEMS[:1], ITEMS):
        for name in names:
            days_stock = stock("41" if len(names) == 1 else "42", item_id=name)
            later = days_stock.model_copy(update={"as_of": erp.context.clock()})
            erp.send(FeedKind.STOCK_POSITIONS, later)
        counts.append(_statements(erp.context))
    assert counts[0] == counts[1]


def _statements(context: ServiceContext) -> int:
    """How many times a pass asks about conditions of suppliers or orders of them."""
    with statements(context.database) as seen:
        rest(context)
    about = ("supplier_conditions", "proposals.supplier_id IS NOT NULL")
    return sum(any(words in statement for words in about) for statement in seen)


def test_two_workers_that_cannot_see_each_others_lines_still_come_to_one_answer(erp: Erp) -> None:
    """Each worker reads before the other has written; the order is settled all the same."""
    context = in_batches_of(erp.context, 1)
    minimum = minimum_between(erp, 2, 3)
    for name in ITEMS:
        erp.send(FeedKind.STOCK_POSITIONS, stock("900", item_id=name, as_of=context.clock()))
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum))
    rest(context)
    assert states(context) == {}
    for name in ITEMS:
        erp.send(FeedKind.STOCK_POSITIONS, stock("40", item_id=name, as_of=context.clock()))

    work = read_work(erp.context)
    each = [
        read_snapshot(context, replace(work, keys=GroupedKeys((entry,)))) for entry in work.dirty
    ]
    assert len(each) == len(ITEMS)
    for snapshot in each:
        write_results(context, snapshot, decide_all(snapshot))
    assert set(states(context).values()) == {"in_review"}
    rest(context)
    assert states(context) == dict.fromkeys(ITEMS, "approved")


def test_a_crash_between_a_pass_and_its_settling_loses_nothing(erp: Erp) -> None:
    context = erp.context
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(minimum_between(erp, 3, 4)))
    rest(context)
    add_item(erp, FOURTH)
    fit_dirty(context)
    work = read_work(context)
    snapshot = read_snapshot(context, work)
    write_results(context, snapshot, decide_all(snapshot))  # and the process ends here
    assert len(stored(context, StaleSupplierOrderRow)) == 1
    recompute_dirty(context)  # the next look of the next process finds nothing dirty, and settles
    rest(context)
    assert states(context) == dict.fromkeys((*ITEMS, FOURTH), "approved")
