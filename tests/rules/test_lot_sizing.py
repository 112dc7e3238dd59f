"""Lot sizing holds for every quantity, and columns agree with single quantities."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.ordering.lot_sizing import LotSizing, size_lot
from rules.ordering.quantities import from_millionths, to_millionths
from rules.ordering.replenish import QUANTITIES, recommend_orders
from tests.rules.strategies import lots, signed, small, unsigned

PIECES = {"order_multiple": 10**6, "unit_step": 10**6}


@given(st.one_of(signed, small), lots())
def test_the_parts_add_up_to_the_quantity(net: Decimal, lot: LotSizing) -> None:
    sized = size_lot(net, lot)
    parts = net + sized.rounding + sized.minimum_uplift + sized.multiple_uplift + sized.surplus
    assert parts == sized.quantity
    assert min(sized.rounding, sized.minimum_uplift, sized.multiple_uplift, sized.surplus) >= 0


@given(st.one_of(signed, small), lots())
def test_whatever_is_needed_is_ordered_and_nothing_else(net: Decimal, lot: LotSizing) -> None:
    quantity = size_lot(net, lot).quantity
    if net <= 0:
        assert quantity == 0
    else:
        assert quantity >= max(net, lot.minimum_order_quantity)


@given(unsigned, lots())
def test_the_quantity_is_the_smallest_multiple_that_is_enough(net: Decimal, lot: LotSizing) -> None:
    quantity = size_lot(net, lot).quantity
    step = to_millionths(lot.unit_step)
    box = -(-to_millionths(lot.order_multiple) // step) * step
    one_box_less = from_millionths(to_millionths(quantity) - box)
    assert to_millionths(quantity) % box == 0
    assert quantity == 0 or one_box_less < max(net, lot.minimum_order_quantity)


@pytest.mark.parametrize(
    ("minimum", "multiple", "step", "words"),
    [("-1", "1", "1", "minimum"), ("0", "0", "1", "multiple"), ("0", "1", "0", "unit_step")],
)
def test_a_lot_that_makes_no_sense_is_refused(
    minimum: str, multiple: str, step: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        LotSizing(Decimal(minimum), Decimal(multiple), Decimal(step))


@settings(max_examples=50)
@given(st.lists(st.tuples(signed, signed, unsigned, lots()), min_size=1, max_size=8))
def test_a_column_gives_what_each_line_gives(
    drawn: list[tuple[Decimal, Decimal, Decimal, LotSizing]],
) -> None:
    rows = [
        {
            "item_id": str(at),
            "location_id": "HUB",
            "order_up_to_level": to_millionths(level),
            "usable_on_hand": to_millionths(stock),
            "scheduled_receipts": to_millionths(receipts),
            "committed_proposals": 0,
            "backorders": 0,
            **{name: to_millionths(value) for name, value in vars(lot).items()},
        }
        for at, (level, stock, receipts, lot) in enumerate(drawn)
    ]
    found = recommend_orders(pl.DataFrame(rows)).to_dicts()
    for line, (level, stock, receipts, lot) in zip(found, drawn, strict=True):
        sized = size_lot(level - stock - receipts, lot)
        assert {name: from_millionths(line[name]) for name in vars(sized)} == vars(sized)


def lines(**changed: pl.Expr) -> pl.DataFrame:
    usual = {name: pl.lit(PIECES.get(name, 0), dtype=pl.Int64) for name in QUANTITIES}
    return pl.DataFrame({"item_id": ["ITEM"], "location_id": ["HUB"]}).with_columns(
        **(usual | changed)
    )


def test_no_lines_are_no_orders() -> None:
    assert recommend_orders(lines().clear())["quantity"].to_list() == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lines().drop("backorders"), "lack the columns backorders"),
        (lines(backorders=pl.lit(1.5)), "backorders is Float64; convert it to Int64 millionths"),
        (lines(backorders=pl.lit(None, dtype=pl.Int64)), "backorders has empty values"),
        (lines(unit_step=pl.lit(0, dtype=pl.Int64)), "unit_step must lie between 1"),
        (lines(usable_on_hand=pl.lit(2 * 10**18)), "usable_on_hand must lie between"),
    ],
    ids=["a column is missing", "floats", "empty", "zero step", "too large"],
)
def test_a_table_that_is_not_exact_and_complete_is_refused(wrong: pl.DataFrame, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        recommend_orders(wrong)
