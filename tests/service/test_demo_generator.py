"""The demo's generator: the same world each time, labelled, and blind to what came after."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal

import polars as pl
import pytest

from adapters.canonical.demand import OpportunityStatus, QuantityBasis
from adapters.canonical.identity import Canonical
from service.demo.opening_stock import interval_days
from service.demo.opportunity_truth import opportunity_truth
from service.demo.overlay_judgement import judge
from service.demo.sales_history import LINES_FILE, afterwards, history, item_code, read_lines
from service.demo.today import MORNING, TODAY
from service.demo.world import World, build_world, sales_lines


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


def _digest(rows: Iterable[Canonical]) -> str:
    text = "\n".join(row.model_dump_json() for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()


def _digests(world: World) -> dict[str, str]:
    return {
        "series": hashlib.sha256(repr(world.series).encode()).hexdigest(),
        "items": _digest(world.items),
        "accounts": _digest(world.accounts),
        "terms": _digest(world.supply.terms),
        "stock": _digest(world.supply.stock),
        "purchases": _digest(world.supply.purchases),
        "open sales": _digest(world.open_sales),
        "signals": _digest(one.signal for one in world.opportunities),
    }


def test_the_same_seed_makes_the_same_world(world: World) -> None:
    again = build_world.__wrapped__(None)
    assert again is not world
    assert _digests(again) == _digests(world)


def test_a_smaller_world_is_a_part_of_the_full_one(world: World) -> None:
    small = build_world(200)
    assert len(small.series) == 200
    assert {_digest([row]) for row in small.supply.terms} <= {
        _digest([row]) for row in world.supply.terms
    }
    told = {one.signal for one in small.opportunities}
    assert told
    assert told < {one.signal for one in world.opportunities}


def test_the_shipped_file_is_small_and_its_lines_lie_in_their_days() -> None:
    lines = read_lines()
    assert LINES_FILE.stat().st_size < 2_500_000
    assert lines.select((pl.col("sold_on") > TODAY - timedelta(weeks=40)).all()).item()
    assert lines["line_id"].n_unique() == lines.height
    assert lines.filter(pl.col("quantity") < 0).height > 0
    assert lines.select((pl.col("unit_price") > 0).all()).item()


def test_nothing_sold_from_today_on_is_history(world: World) -> None:
    assert world.sold.select((pl.col("sold_on") < TODAY).all()).item()
    lines = read_lines()
    assert history(lines).height + afterwards(lines).height == lines.height
    assert afterwards(lines).height > 0


def test_charges_and_corrections_are_no_items(world: World) -> None:
    names = {item.description.upper() for item in world.items}
    assert names.isdisjoint({"POSTAGE", "MANUAL", "CARRIAGE", "DISCOUNT", "BANK CHARGES", ""})
    assert not any("CRUK" in name for name in names)


def test_item_codes_are_short_distinct_and_stable(world: World) -> None:
    assert item_code("JUMBO BAG RED RETROSPOT") == "IT-C7E05057"
    assert len({item.item_id for item in world.items}) == len(world.items)


def test_two_to_three_thousand_series_are_planned(world: World) -> None:
    assert 2000 <= len(world.series) <= 3200
    assert {one.location_id for one in world.series} == {"DC-UK", "DC-EU"}


def test_terms_are_positive_and_fit_the_pack(world: World) -> None:
    assert {terms.key for terms in world.series} == {
        (terms.item_id, terms.location_id) for terms in world.supply.terms
    }
    for terms in world.supply.terms:
        assert 7 <= terms.lead_time_days <= 35
        assert terms.review_period_days in {7, 14}
        assert terms.unit_price > 0
        assert terms.minimum_order_quantity % terms.order_multiple == 0


def test_a_supplier_delivers_its_items_in_about_the_same_time(world: World) -> None:
    spread: dict[str, set[int]] = {}
    for terms in world.supply.terms:
        spread.setdefault(terms.supplier_id, set()).add(terms.lead_time_days)
    assert len(spread) == 40
    assert all(max(days) - min(days) <= 4 for days in spread.values())


def test_an_item_has_the_same_pack_everywhere(world: World) -> None:
    packs: dict[str, set[Decimal]] = {}
    for terms in world.supply.terms:
        packs.setdefault(terms.item_id, set()).add(terms.order_multiple)
    assert all(len(sizes) == 1 for sizes in packs.values())


def test_what_is_made_up_says_so(world: World) -> None:
    labels = [item.provenance for item in world.items]
    labels += [location.provenance for location in world.locations]
    labels += [account.provenance for account in world.accounts]
    labels += [terms.provenance for terms in world.supply.terms]
    assert all("made up" in label for label in labels)
    assert all(terms.supplier_id.startswith("MADE-UP-") for terms in world.supply.terms)
    assert all(one.signal.opportunity_id.startswith("DEMO-") for one in world.opportunities)


def test_opening_stock_is_a_mix_with_a_few_odd_counts(world: World) -> None:
    stock = world.supply.stock
    count = len(stock)
    limit = MORNING - timedelta(days=10)
    assert 0.005 < sum(row.as_of < limit for row in stock) / count < 0.04
    assert 0 < sum(row.unusable > 0 for row in stock) / count < 0.05
    assert 0 < sum(row.backorders > 0 for row in stock) / count < 0.05
    assert all(row.unusable <= row.on_hand for row in stock)
    assert all(row.on_hand == row.on_hand.to_integral_value() >= 0 for row in stock)


def test_most_purchase_lines_fall_due_within_the_interval(world: World) -> None:
    ends = {
        (terms.item_id, terms.location_id): TODAY + timedelta(days=interval_days(terms))
        for terms in world.supply.terms
    }
    lines = world.supply.purchases
    within = sum(line.due_date < ends[line.item_id, line.location_id] for line in lines)
    assert 0.7 < within / len(lines) < 1
    assert any(line.due_date < TODAY for line in lines)
    assert any(line.unit == "PACK" for line in lines)


def test_opportunities_are_a_believable_mix(world: World) -> None:
    told = world.opportunities
    assert 250 <= len(told) <= 400
    came_true = sum(one.intention.ordered > 0 for one in told) / len(told)
    assert 0.4 < came_true < 0.6
    basis = Counter(one.signal.quantity_basis for one in told)
    assert basis[QuantityBasis.INCREMENTAL] > 0.7 * len(told)
    assert min(basis[QuantityBasis.TOTAL], basis[QuantityBasis.RENEWAL]) >= 5
    status = Counter(one.signal.status for one in told)
    assert status[OpportunityStatus.OPEN] > 0.8 * len(told)
    assert min(status[OpportunityStatus.WON], status[OpportunityStatus.LOST]) >= 10
    assert set(Counter(one.flaw for one in told)) == {
        None,
        "unknown_account",
        "unknown_product",
        "unknown_unit",
    }


def test_sales_is_hopeful_and_surer_in_later_stages() -> None:
    truth = opportunity_truth()
    judged = judge(truth.filter(pl.col("status") == "open"))
    stages = {row["stage"]: row for row in judged.iter_rows(named=True)}
    in_order = ("prospecting", "qualified", "proposal", "negotiation", "commit")
    came_true = [stages[stage]["came_true"] for stage in in_order]
    assert came_true == sorted(came_true)
    assert all(
        stages[stage]["stated_probability"] > stages[stage]["came_true"] for stage in in_order
    )
    assert stages["all"]["bias"] > 0


def test_neither_quantity_nor_price_gives_a_decoy_away() -> None:
    truth = opportunity_truth().with_columns((pl.col("ordered") > 0).alias("real"))
    medians = truth.group_by("real").agg(pl.col("quantity", "unit_price").median()).sort("real")
    for name in ("quantity", "unit_price"):
        decoy, real = medians[name]
        assert 0.6 < decoy / real < 1.6


def test_the_truth_is_what_the_accounts_ordered_afterwards() -> None:
    bought = (
        afterwards(read_lines())
        .group_by("account_id", "item_id", "location_id")
        .agg(pl.col("quantity").sum().cast(pl.Float64))
    )
    truth = opportunity_truth().select("account_id", "item_id", "location_id", "ordered")
    both = truth.join(bought, on=["account_id", "item_id", "location_id"], how="left")
    assert both["quantity"].fill_null(0.0).to_list() == both["ordered"].to_list()


def test_a_signal_does_not_carry_its_truth(world: World) -> None:
    fields = json.dumps([one.signal.model_dump(mode="json") for one in world.opportunities])
    assert "decoy" not in fields
    assert "ordered" not in fields


def test_crm_codes_differ_for_some_and_are_cross_referenced(world: World) -> None:
    meanings = {ref.native_id: ref.canonical_key for ref in world.cross_references}
    sound = [one for one in world.opportunities if one.flaw is None]
    for one in sound:
        assert meanings.get(one.signal.account, one.signal.account) == one.intention.account_id
        assert meanings.get(one.signal.product, one.signal.product) == one.intention.item_id
    foreign = sum(one.signal.account != one.intention.account_id for one in sound)
    assert 0.3 < foreign / len(sound) < 0.9


def test_some_orders_belong_to_won_opportunities_with_and_without_naming_them(
    world: World,
) -> None:
    won = {
        one.intention.key
        for one in world.opportunities
        if one.signal.status is OpportunityStatus.WON
    }
    orders = [
        line
        for line in world.open_sales
        if (line.account_id, line.item_id, line.location_id) in won
    ]
    assert any(line.opportunity_id for line in orders)
    assert any(line.opportunity_id is None for line in orders)
    assert len(world.open_sales) > len(orders) + 100


def test_sales_lines_carry_exact_prices(world: World) -> None:
    first = next(sales_lines(world.sold))
    assert first.unit_price is not None
    assert first.unit_price == round(first.unit_price, 2) > 0
    assert asdict(world.series[0])["weekly_mean"] > 0
