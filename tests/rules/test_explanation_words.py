"""What a planner reads."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from rules.ordering.explain import Subject, explain
from rules.ordering.explanation import Explanation
from rules.ordering.lot_sizing import LotSizing
from rules.ordering.supply_and_demand import (
    Contribution,
    DemandSide,
    LinkedOrder,
    SupplyLine,
    SupplySide,
)
from rules.ordering.terms import Record

SIGNAL = Record("demand_signal", "OPP-7/1", "3")
TERMS = Record("supplier_terms", "ITEM@HUB/S-1", "1")
DEAL = Contribution("OPP-7", Decimal(400), Decimal(400), Decimal("0.5"), Decimal(200), SIGNAL)
DEMAND = DemandSide(
    order_up_to_level=Decimal(600),
    cycle_service_level=Decimal("0.95"),
    baseline_mean=Decimal("120.25"),
    opportunities=(DEAL,),
)
STOCK = SupplySide(Decimal(80), stock=Record("stock_position", "ITEM@HUB", "9"))


def explained(demand: DemandSide = DEMAND, supply: SupplySide = STOCK) -> Explanation:
    lot = LotSizing(Decimal(50), Decimal(25), Decimal(1))
    return explain(demand, supply, lot, Subject("EA", {"item": "ITEM"}, TERMS))


def labels(explanation: Explanation) -> list[str]:
    return [term.label for term in explanation.terms]


def opportunity(line: Contribution) -> str:
    return labels(explained(replace(DEMAND, opportunities=(line,))))[1]


def test_the_terms_of_an_order_read_from_demand_to_lot() -> None:
    demand = replace(
        DEMAND,
        orders_beyond_baseline=Decimal(12),
        linked_orders=(
            LinkedOrder(
                "SO-12", "OPP-8", Decimal(30), date(2026, 3, 2), Record("order", "SO-12", "1")
            ),
        ),
    )
    supply = replace(
        STOCK,
        backorders=Decimal(3),
        receipts=(
            SupplyLine("PO-9/1", Decimal(20), Record("purchase", "PO-9/1", "1"), date(2026, 3, 5)),
        ),
        committed=(SupplyLine("R-17", Decimal(10), Record("proposal", "R-17", "2")),),
    )
    explanation = explained(demand, supply)
    assert [(term.label, str(term.quantity)) for term in explanation.terms] == [
        ("Usual demand within the protection interval", "120.250000"),
        ("Open orders beyond the usual demand", "12.000000"),
        ("Order SO-12 for opportunity OPP-8, due 2026-03-02", "30.000000"),
        ("Opportunity OPP-7: 400 at 50 %", "200.000000"),
        ("Safety stock for 95 % cycle service level", "237.750000"),
        ("Usable stock on hand", "-80.000000"),
        ("Purchase order line PO-9/1, due 2026-03-05", "-20.000000"),
        ("Proposal R-17, not yet in the ERP's open orders", "-10.000000"),
        ("Backorders owed to customers", "3.000000"),
        ("Raised to a multiple of 25", "7.000000"),
    ]
    assert explanation.quantity == 500
    assert explanation.terms[3].records == (SIGNAL,)
    assert explanation.terms[-1].records == (TERMS,)


def test_a_fraction_is_rounded_in_a_term_of_its_own() -> None:
    explanation = explained(replace(DEMAND, order_up_to_level=Decimal("599.4")))
    assert labels(explanation)[-2:] == [
        "Rounded up to whole units of 1",
        "Raised to a multiple of 25",
    ]


def test_a_small_need_is_raised_to_the_minimum() -> None:
    explanation = explained(supply=replace(STOCK, usable_on_hand=Decimal(590)))
    assert labels(explanation)[-1] == "Raised to the minimum order quantity of 50"


def test_a_surplus_is_called_one() -> None:
    explanation = explained(supply=replace(STOCK, usable_on_hand=Decimal(700)))
    assert labels(explanation)[-1] == "Surplus over the order-up-to level: nothing to order"
    assert explanation.quantity == 0


def test_a_negative_safety_stock_is_said_so() -> None:
    safety = explained(replace(DEMAND, order_up_to_level=Decimal(300))).terms[2]
    assert safety.quantity == Decimal("-20.25")
    assert safety.label == (
        "Safety stock for 95 % cycle service level"
        " (negative: the demand not exceeded in 95 % of cases is below the expected)"
    )


def test_what_of_an_opportunity_is_ordered_already_is_said() -> None:
    part = replace(DEAL, unordered=Decimal(250), win_probability=Decimal(1), status="won")
    assert opportunity(part) == "Opportunity OPP-7: 250 of 400 not yet ordered, at 100 %"


def test_what_of_an_opportunity_comes_too_late_is_said() -> None:
    late = replace(DEAL, interval_share=Decimal("0.625"))
    assert (
        opportunity(late)
        == "Opportunity OPP-7: 400 at 50 %, 62.5 % of it expected within the interval"
    )


def test_an_opportunity_that_replaces_usual_demand_says_so() -> None:
    total = replace(DEAL, quantity_basis="total")
    assert (
        opportunity(total)
        == "Opportunity OPP-7: 400 at 50 %, in place of the account's usual demand"
    )


def test_a_lost_renewal_says_what_ends() -> None:
    lost = replace(DEAL, quantity_basis="renewal", status="lost", expected=Decimal(-40))
    assert opportunity(lost) == "Opportunity OPP-7: lost, the account's usual demand ends"


def test_unknown_and_negative_stock_are_said_so() -> None:
    unknown = labels(explained(supply=SupplySide(Decimal(0))))
    assert "No stock position is known: taken as none on hand" in unknown
    negative = labels(explained(supply=replace(STOCK, usable_on_hand=Decimal(-5))))
    assert "Usable stock on hand (negative: more was issued than booked in)" in negative
