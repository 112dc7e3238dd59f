"""How much money the order that a line belongs to lacks up to its supplier's minimum."""

from decimal import Decimal

from rules.ordering.supplier_orders import missing_value
from service.replenishment.inputs import KeyInputs, SupplierOrderInput


def supplier_order_gap(inputs: KeyInputs, quantity: Decimal) -> Decimal | None:
    """What is missing if ``quantity`` is recommended; 0 where the supplier sets no minimum.

    None where some line of the order has another currency than the minimum.
    """
    order = inputs.supplier_order
    if order is None:
        return Decimal(0)
    values = [order.others, own_value(inputs, order, quantity)]
    return missing_value(order.minimum_order_value, values)


def own_value(inputs: KeyInputs, order: SupplierOrderInput, quantity: Decimal) -> Decimal | None:
    """What this line counts towards the minimum; None in another currency.

    A planner's open quantity stands. What a person has declined is not proposed and counts
    nothing.
    """
    counted = Decimal(0) if quantity <= order.declined_quantity else quantity
    if order.planner_quantity is not None:
        counted = order.planner_quantity
    if counted == 0:
        return Decimal(0)
    price = inputs.terms.unit_price if inputs.priced else None
    if price is None or inputs.terms.currency != order.currency:
        return None
    return counted * price


def plain(value: Decimal) -> Decimal:
    """The same amount, always written alike: equal inputs must have equal digests."""
    return Decimal(f"{value.normalize():f}")
