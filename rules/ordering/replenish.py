"""Order quantities for many (item, location) keys at once, exact.

The same arithmetic as ``net_requirement`` and ``lot_sizing``, on columns of whole millionths:
integers neither round nor depend on the order of a sum.
"""

import polars as pl

QUANTITIES = (
    "order_up_to_level",
    "usable_on_hand",
    "scheduled_receipts",
    "committed_proposals",
    "backorders",
    "minimum_order_quantity",
    "order_multiple",
    "unit_step",
)
"""Columns wanted besides item_id and location_id; Int64 millionths of the base unit."""

_AT_LEAST = {
    "scheduled_receipts": 0,
    "committed_proposals": 0,
    "backorders": 0,
    "minimum_order_quantity": 0,
    "order_multiple": 1,
    "unit_step": 1,
}
_LARGEST = 10**18


def recommend_orders(lines: pl.DataFrame) -> pl.DataFrame:
    """What to order for each line.

    ``lines``: item_id, location_id and ``QUANTITIES``. Returns the same rows in the same order
    with inventory_position, net_requirement, rounding, minimum_uplift, multiple_uplift, surplus
    and quantity, all Int64 millionths, and on each row

    net_requirement + rounding + minimum_uplift + multiple_uplift + surplus = quantity.

    A requirement of zero or less orders nothing; ``surplus`` is then what stands above the
    order-up-to level. Raises ValueError if a column is missing, of another type, empty or out
    of its range.
    """
    _check(lines)
    step = pl.col("unit_step")
    needed = pl.col("net_requirement") > 0
    rounded = _up_to(pl.col("net_requirement"), step)
    raised = pl.max_horizontal(rounded, _up_to(pl.col("minimum_order_quantity"), step))
    quantity = _up_to(raised, _up_to(pl.col("order_multiple"), step))
    return (
        lines.with_columns(inventory_position=_position())
        .with_columns(net_requirement=pl.col("order_up_to_level") - pl.col("inventory_position"))
        .with_columns(
            rounding=_if(needed, rounded - pl.col("net_requirement")),
            minimum_uplift=_if(needed, raised - rounded),
            multiple_uplift=_if(needed, quantity - raised),
            surplus=_if(~needed, -pl.col("net_requirement")),
            quantity=_if(needed, quantity),
        )
    )


def _position() -> pl.Expr:
    return (
        pl.col("usable_on_hand")
        + pl.col("scheduled_receipts")
        + pl.col("committed_proposals")
        - pl.col("backorders")
    )


def _up_to(millionths: pl.Expr, step: pl.Expr) -> pl.Expr:
    return -((-millionths) // step) * step


def _if(condition: pl.Expr, value: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(value).otherwise(pl.lit(0, dtype=pl.Int64))


def _check(lines: pl.DataFrame) -> None:
    absent = [name for name in ("item_id", "location_id", *QUANTITIES) if name not in lines.columns]
    if absent:
        raise ValueError(f"order lines lack the columns {', '.join(absent)}")
    for name in QUANTITIES:
        column = lines[name]
        if column.dtype != pl.Int64:
            raise ValueError(f"{name} is {column.dtype}; convert it to Int64 millionths first")
        if column.null_count():
            raise ValueError(f"{name} has empty values; fill them before ordering")
        lowest = _AT_LEAST.get(name, -_LARGEST)
        if not column.is_between(lowest, _LARGEST).all():
            raise ValueError(f"{name} must lie between {lowest} and {_LARGEST} millionths")
