from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.ordering.explanation import recompute_quantity
from service.replenishment.inputs import KeyInputs
from service.replenishment.recommend import Recommended, recommend
from tests.service.builders_replenishment import (
    baseline,
    in_days,
    key_inputs,
    opportunity,
    order,
    receipt,
    setting,
    stock,
    taken,
    terms,
)

OPP = "crm/OPP-1/1@UK"


def _recommend(**changes: object) -> Recommended:
    (result,) = recommend([key_inputs(**changes)])
    return result


def _sum(result: Recommended, kind: str) -> Decimal:
    return sum(
        (term.quantity for term in result.explanation.terms if term.kind == kind), Decimal(0)
    )


def test_without_opportunities_the_level_is_the_policys_quantile_of_the_baseline() -> None:
    assert _recommend().order_up_to_level == Decimal("255")


def test_stock_receipts_and_taken_proposals_lower_the_order_one_for_one() -> None:
    plain = _recommend()
    fuller = _recommend(
        stock=stock(120), receipts=(receipt(30, in_days(20)),), committed=(taken(5),)
    )
    assert plain.quantity - fuller.quantity == 20 + 30 + 5


def test_a_receipt_after_the_interval_does_not_count() -> None:
    assert _recommend(receipts=(receipt(30, in_days(21)),)).quantity == _recommend().quantity


def test_backorders_raise_the_order_one_for_one() -> None:
    assert _recommend(stock=stock(100, backorders=7)).quantity - _recommend().quantity == 7


def test_an_overdue_order_and_the_backorder_the_stock_reports_are_the_same_debt() -> None:
    owed = _recommend(stock=stock(100, backorders=7), orders=(order(5, in_days(-2)),))
    assert owed.quantity - _recommend().quantity == 7


def test_an_opportunity_adds_its_expected_quantity_and_some_safety_stock() -> None:
    plain, raised = _recommend(), _recommend(opportunities=(opportunity(400),))
    assert _sum(raised, "opportunity") == 200
    rise = raised.order_up_to_level - plain.order_up_to_level
    assert rise == 200 + _sum(raised, "safety_stock") - _sum(plain, "safety_stock")


def test_a_won_opportunity_ordered_in_two_parts_counts_once_throughout() -> None:
    won = {"status": "won", "win_probability": Decimal(1)}
    levels = {
        _recommend(
            opportunities=(opportunity(400, ordered=Decimal(sum(parts)), **won),),
            orders=tuple(order(part, in_days(8), OPP) for part in parts),
        ).order_up_to_level
        for parts in ((), (250,), (250, 150))
    }
    assert levels == {_recommend().order_up_to_level + 400}


def test_orders_below_the_usual_demand_change_nothing() -> None:
    assert _recommend(orders=(order(50, in_days(5)),)).quantity == _recommend().quantity


def test_orders_above_the_usual_demand_are_met_in_full() -> None:
    assert _recommend(orders=(order(900, in_days(5)),)).order_up_to_level == 900


def test_an_open_opportunity_counts_nothing_after_its_window() -> None:
    past = opportunity(window_start=in_days(-9), window_end=in_days(-1))
    assert _recommend(opportunities=(past,)).quantity == _recommend().quantity


def test_a_won_opportunity_is_awaited_until_its_grace_is_over() -> None:
    late = {"status": "won", "win_probability": Decimal(1), "window_start": in_days(-30)}
    within = opportunity(400, window_end=in_days(-14), **late)
    beyond = opportunity(400, window_end=in_days(-15), **late)
    plain = _recommend().quantity
    assert _recommend(opportunities=(within,)).quantity == plain + 400
    assert _recommend(opportunities=(beyond,)).quantity == plain


def test_the_lot_comes_after_everything_else() -> None:
    lot = terms(minimum_order_quantity=Decimal(200), order_multiple=Decimal(24))
    assert _recommend(terms=lot).quantity == 216


def test_old_or_missing_stock_and_open_edits_are_facts_for_the_policy() -> None:
    old = _recommend(stock=stock(100, days_old=9), edited_against=Decimal(1))
    assert old.facts["stock_age_days"] == Decimal("9.63")
    assert old.facts["planner_conflict"] is True
    assert _recommend(stock=None).facts["stock_age_days"] is None


def test_a_value_in_another_currency_than_the_limits_is_unknown() -> None:
    assert _recommend().facts["value"] == 155 * Decimal("2.50")
    assert _recommend(terms=terms(currency="KWD")).facts["value"] is None


def test_an_order_under_an_open_total_consumes_the_baseline() -> None:
    total = opportunity(210, quantity_basis="total", account_share=1.0, ordered=Decimal(210))
    ordered = order(210, in_days(8), OPP).model_copy(update={"on_top": False})
    plain = _recommend(orders=(order(210, in_days(8)),))
    linked = _recommend(opportunities=(total,), orders=(ordered,))
    assert linked.quantity <= plain.quantity


def test_a_batch_gives_each_key_what_it_gets_alone() -> None:
    batch = [
        key_inputs(item_id=f"ITEM-{n}", opportunities=(opportunity(100 * n),), stock=stock(n))
        for n in range(1, 9)
    ]
    together = [result.explanation for result in recommend(batch)]
    assert together == [recommend([one])[0].explanation for one in batch]


@settings(max_examples=40, deadline=None)
@given(
    on_hand=st.integers(-50, 900),
    mean=st.floats(0, 5000),
    quantities=st.lists(st.integers(0, 3000), max_size=4),
    multiple=st.integers(1, 48),
    level=st.decimals("0.5", "0.99", places=2),
)
def test_the_quantity_can_be_recomputed_from_the_stored_inputs_and_explanation(
    on_hand: int, mean: float, quantities: list[int], multiple: int, level: Decimal
) -> None:
    inputs = key_inputs(
        baseline=baseline(mean, spread=min(mean, 300.0)),
        stock=stock(on_hand),
        setting=setting(cycle_service_level=level),
        terms=terms(order_multiple=Decimal(multiple)),
        opportunities=tuple(
            opportunity(quantity, opportunity=f"crm/OPP-{n}/1@UK")
            for n, quantity in enumerate(quantities)
        ),
    )
    (result,) = recommend([inputs])
    assert recompute_quantity(result.explanation.to_json()) == result.quantity
    (again,) = recommend([KeyInputs.model_validate(inputs.model_dump(mode="json"))])
    assert again.explanation == result.explanation
    assert again.inputs_digest == result.inputs_digest
