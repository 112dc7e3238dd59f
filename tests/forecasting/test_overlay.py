"""Opportunities and open orders laid over a baseline."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.quantile_levels import LEVELS, mean_of_quantiles
from forecasting.scenarios import scenario_values
from tests.forecasting.builders_forecast import (
    TODAY,
    demand_of,
    key,
    opportunity,
    order_up_to_level,
)

any_opportunity = st.fixed_dictionaries(
    {
        "quantity": st.floats(0, 500),
        "win_probability": st.floats(0, 1),
        "quantity_basis": st.sampled_from(["incremental", "total", "renewal"]),
        "status": st.sampled_from(["open", "won", "lost", "deleted"]),
        "account_share": st.floats(0, 1),
        "window_start": st.dates(TODAY - timedelta(days=40), TODAY),
        "window_end": st.dates(TODAY, TODAY + timedelta(days=60)),
    }
)


def named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [opportunity(f"crm/{number}/1", **row) for number, row in enumerate(rows)]


def contribution(row: dict[str, Any], one: dict[str, Any] | None = None) -> float:
    found = demand_of([one or key()], [row]).contributions["expected_quantity"]
    return float(found[0])


def test_400_at_one_half_is_expected_to_bring_200_exactly() -> None:
    assert contribution(opportunity()) == 200.0
    assert order_up_to_level(key(), [opportunity()]) > order_up_to_level(key()) + 200


def test_a_delivery_that_may_come_after_the_interval_counts_for_its_chance() -> None:
    late = opportunity(
        window_start=TODAY + timedelta(days=21), window_end=TODAY + timedelta(days=34)
    )
    assert contribution(late) == 100.0
    assert demand_of([key()], [late]).contributions["interval_share"].to_list() == [0.5]


def test_days_of_the_window_that_have_passed_do_not_count() -> None:
    begun = opportunity(
        window_start=TODAY - timedelta(days=99), window_end=TODAY + timedelta(days=55)
    )
    assert contribution(begun) == 100.0


def test_a_window_that_has_ended_brings_nothing() -> None:
    ended = opportunity(
        window_start=TODAY - timedelta(days=9), window_end=TODAY - timedelta(days=1)
    )
    assert contribution(ended) == 0.0
    assert order_up_to_level(key(), [ended]) == order_up_to_level(key())


def test_won_is_certain_and_lost_or_deleted_is_nothing() -> None:
    won = opportunity(status="won", win_probability=0.01)
    assert contribution(won) == 400.0
    assert order_up_to_level(key(), [won]) == pytest.approx(order_up_to_level(key()) + 400)
    for status in ("lost", "deleted"):
        gone = opportunity(status=status, win_probability=0.01)
        assert contribution(gone) == 0.0
        assert order_up_to_level(key(), [gone]) == order_up_to_level(key())


def test_a_won_total_takes_the_place_of_the_accounts_share() -> None:
    whole: dict[str, Any] = {
        "window_end": TODAY + timedelta(days=27),
        "account_share": 0.25,
        "status": "won",
    }
    total = opportunity(quantity=40.0, quantity_basis="total", **whole)
    found = demand_of([key(cycle_service_level=0.5)], [total])
    assert found.keys["order_up_to_level"][0] == pytest.approx(0.75 * 100 + 40)
    assert found.contributions["expected_quantity"][0] == pytest.approx(40 - 0.25 * 100)


def test_a_lost_total_leaves_the_share_and_a_lost_renewal_removes_it() -> None:
    lost: dict[str, Any] = {
        "status": "lost",
        "account_share": 0.25,
        "window_end": TODAY + timedelta(days=27),
    }
    before = order_up_to_level(key())
    assert order_up_to_level(key(), [opportunity(quantity_basis="total", **lost)]) == before
    renewal = opportunity(quantity_basis="renewal", **lost)
    assert order_up_to_level(key(), [renewal]) == pytest.approx(0.75 * before)
    assert contribution(renewal) == pytest.approx(-25)
    deleted = {**renewal, "status": "deleted"}
    assert order_up_to_level(key(), [deleted]) == before


def test_an_open_renewal_brings_its_quantity_by_chance_and_removes_the_share_for_sure() -> None:
    renewal = opportunity(quantity_basis="renewal", account_share=0.5, quantity=80.0)
    assert contribution(renewal) == pytest.approx(0.5 * 80 - 0.5 * 7 / 28 * 100)


def test_a_total_is_spread_over_its_window() -> None:
    half = opportunity(
        quantity_basis="total",
        status="won",
        account_share=0.4,
        window_start=TODAY + timedelta(days=14),
        window_end=TODAY + timedelta(days=41),
    )
    assert contribution(half) == pytest.approx(200 - 0.4 * 0.5 * 100)


def test_more_shares_than_the_baseline_has_leave_no_negative_demand() -> None:
    gone: dict[str, Any] = {"status": "lost", "quantity_basis": "renewal", "account_share": 0.8}
    window: dict[str, Any] = {"window_end": TODAY + timedelta(days=27)}
    found = demand_of([key()], [opportunity(name, **gone, **window) for name in ("a", "b")])
    assert found.keys["demand_quantiles"][0].to_list() == [0.0] * len(LEVELS)


def test_unlinked_orders_consume_the_baseline() -> None:
    """The baseline is even between 0 and 200: E[max(b, 80)] - E[b] = 80²/400."""
    found = demand_of([key(unlinked_orders=80.0)]).keys
    assert found["consumption_mean"][0] == pytest.approx(80**2 / 400, abs=0.1)
    assert found["order_up_to_level"][0] == order_up_to_level(key())
    assert order_up_to_level(key(unlinked_orders=500.0)) == 500


def test_linked_orders_stand_on_top() -> None:
    found = demand_of([key(linked_orders=70.0)]).keys
    assert found["order_up_to_level"][0] == order_up_to_level(key()) + 70
    assert found["consumption_mean"][0] == 0


def test_a_key_that_is_only_read_has_what_simulation_would_give() -> None:
    quantiles = np.sort(np.random.default_rng(3).gamma(1, 50, len(LEVELS)))
    one = key(interval_quantiles=quantiles.tolist(), cycle_service_level=0.957)
    read = demand_of([one]).keys.row(0, named=True)
    simulated = demand_of([{**one, "unlinked_orders": 1e-12}]).keys.row(0, named=True)
    assert read["order_up_to_level"] == simulated["order_up_to_level"]
    assert read["demand_quantiles"] == simulated["demand_quantiles"]


def test_the_mean_of_the_scenarios_is_the_mean_of_the_distribution() -> None:
    quantiles = np.sort(np.random.default_rng(3).gamma(1, 50, (1, len(LEVELS))))
    scenarios = scenario_values(quantiles, np.arange(1000)[None, :], 1000)
    assert scenarios.mean() == pytest.approx(mean_of_quantiles(quantiles)[0], rel=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.lists(any_opportunity, max_size=5), st.floats(0, 500), st.floats(0, 1))
def test_one_more_incremental_opportunity_never_lowers_the_level(
    rows: list[dict[str, Any]], quantity: float, win_probability: float
) -> None:
    one = key(unlinked_orders=50.0)
    more = opportunity("crm/more/1", quantity=quantity, win_probability=win_probability)
    assert order_up_to_level(one, [*named(rows), more]) >= order_up_to_level(one, named(rows))


@settings(max_examples=60, deadline=None)
@given(st.lists(any_opportunity, min_size=2, max_size=6), st.floats(0, 1), st.floats(0, 1))
def test_a_likelier_incremental_opportunity_never_lowers_the_level(
    rows: list[dict[str, Any]], one_chance: float, other_chance: float
) -> None:
    low, high = sorted((one_chance, other_chance))
    levels = [
        order_up_to_level(key(), [*named(rows), opportunity("crm/x/1", win_probability=chance)])
        for chance in (low, high)
    ]
    assert levels[0] <= levels[1]


@settings(max_examples=60, deadline=None)
@given(st.lists(any_opportunity, min_size=2, max_size=6), st.permutations(range(3)))
def test_neither_the_order_of_rows_nor_other_keys_matter(
    rows: list[dict[str, Any]], order: list[int]
) -> None:
    keys = [key("A"), key("B", unlinked_orders=30.0), key("C", linked_orders=5.0)]
    spread = [{**row, "item_id": "ABC"[place % 3]} for place, row in enumerate(named(rows))]
    straight = demand_of(keys, spread)
    mixed = demand_of([keys[place] for place in order], spread[::-1])
    assert mixed.keys.sort("item_id").equals(straight.keys)
    assert mixed.contributions[::-1].equals(straight.contributions)
    alone = demand_of(keys[:1], [row for row in spread if row["item_id"] == "A"])
    assert alone.keys.equals(straight.keys[:1])


@settings(max_examples=60, deadline=None)
@given(st.lists(any_opportunity, max_size=5), st.floats(0, 300), st.floats(0, 300))
def test_demand_quantiles_ascend_and_are_never_negative(
    rows: list[dict[str, Any]], unlinked: float, linked: float
) -> None:
    found = demand_of([key(unlinked_orders=unlinked, linked_orders=linked)], named(rows)).keys
    quantiles = found["demand_quantiles"][0].to_numpy()
    assert (np.diff(quantiles) >= 0).all()
    assert quantiles[0] >= 0


def test_the_simulated_mean_agrees_with_the_expected_contributions() -> None:
    rows = named([{"quantity": 40.0 + n, "win_probability": n / 9} for n in range(9)])
    found = demand_of([key()], rows)
    grid = (np.arange(1000) + 0.5) / 1000
    mean = np.interp(grid, LEVELS, found.keys["demand_quantiles"][0].to_numpy()).mean()
    expected = found.contributions["expected_quantity"].sum() + found.keys["baseline_mean"][0]
    assert mean == pytest.approx(expected, rel=0.01)


def test_unknown_words_and_strangers_are_refused_with_a_remedy() -> None:
    refused = {
        "use one of open, won": opportunity(status="maybe"),
        "use one of incremental": opportunity(quantity_basis="gross"),
        "pass its key too": opportunity(item_id="Z"),
        "exchange the two days": opportunity(window_end=TODAY - timedelta(days=1)),
        "win_probability has 1.5, above 1": opportunity(win_probability=1.5),
    }
    for remedy, row in refused.items():
        with pytest.raises(ValueError, match=remedy):
            demand_of([key()], [row])
    with pytest.raises(ValueError, match="fit the baselines again"):
        demand_of([key(interval_quantiles=[1.0, 2.0])])
    with pytest.raises(ValueError, match="occur twice"):
        demand_of([key(), key()])
