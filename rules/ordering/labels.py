"""The words of an explanation's terms, for planners."""

from decimal import Decimal

from rules.ordering.lot_sizing import LotSizing
from rules.ordering.quantities import percent, readable
from rules.ordering.supply_and_demand import (
    Contribution,
    DemandSide,
    DownstreamNeed,
    LinkedOrder,
    Movement,
    SupplyLine,
    SupplySide,
)

BASELINE = "Usual demand within the protection interval"
ORDERS_BEYOND_BASELINE = "Open orders beyond the usual demand"
BACKORDERS = "Backorders owed to customers"
SURPLUS = "Surplus over the order-up-to level: nothing to order"


def opportunity(line: Contribution) -> str:
    """For example "Opportunity OPP-7: 400 at 50 %"."""
    head = f"Opportunity {line.opportunity_id}"
    if line.status in ("lost", "deleted"):
        return f"{head}: {line.status}" + _instead(line, ", the account's usual demand ends")
    amount = readable(line.unordered)
    if line.unordered != line.quantity:
        amount = f"{amount} of {readable(line.quantity)} not yet ordered,"
    text = f"{head}: {amount} at {percent(line.win_probability)}"
    if line.interval_share != 1:
        text += f", {percent(line.interval_share)} of it expected within the interval"
    return text + _instead(line, ", in place of the account's usual demand")


def _instead(line: Contribution, words: str) -> str:
    return words if line.quantity_basis != "incremental" else ""


def linked_order(order: LinkedOrder) -> str:
    """For example "Order SO-12 for opportunity OPP-7, due 2026-03-02"."""
    return f"Order {order.order} for opportunity {order.opportunity_id}, due {order.due}"


def safety_stock(demand: DemandSide, quantity: Decimal) -> str:
    """Names the cycle service level, and says so if the safety stock is negative."""
    level = percent(demand.cycle_service_level)
    text = f"Safety stock for {level} cycle service level"
    if quantity < 0:
        text += f" (negative: the demand not exceeded in {level} of cases is below the expected)"
    return text


def stock(supply: SupplySide) -> str:
    """Says so if no stock position is known or if the stock is negative."""
    if supply.stock is None:
        return "No stock position is known: taken as none on hand"
    if supply.usable_on_hand < 0:
        return "Usable stock on hand (negative: more was issued than booked in)"
    return "Usable stock on hand"


def receipt(line: SupplyLine) -> str:
    """For example "Purchase order line PO-9/1, due 2026-03-02"."""
    return f"Purchase order line {line.reference}{_due(line)}"


def committed_proposal(line: SupplyLine) -> str:
    """For example "Proposal R-17, not yet in the ERP's open orders"."""
    return f"Proposal {line.reference}, not yet in the ERP's open orders{_due(line)}"


def reserved_transfer(line: SupplyLine) -> str:
    """For example "Transfer PEG-17, taken by the ERP and not shipped yet"."""
    return f"Transfer {line.reference}, taken by the ERP and not shipped yet"


def downstream(need: DownstreamNeed) -> str:
    """For example "Needed by SHOP-1, which has no supplier: 7, sent as 12"."""
    text = f"Needed by {need.location_id}, which has no supplier"
    if need.quantity == need.need:
        return text
    return f"{text}: {readable(need.need)}, sent as {readable(need.quantity)}"


def transfer_out(movement: Movement) -> str:
    """For example "Transfer to SHOP-1 in this plan"."""
    return f"Transfer to {movement.location_id} in this plan"


def transfer_in(movement: Movement) -> str:
    """For example "Transfer from LEEDS in this plan"."""
    return f"Transfer from {movement.location_id} in this plan"


def passed_upstream(movement: Movement) -> str:
    """For example "Passed upstream to HUB, which has it or buys it"."""
    return f"Passed upstream to {movement.location_id}, which has it or buys it"


def rounding(lot: LotSizing) -> str:
    """For example "Rounded up to whole units of 1"."""
    return f"Rounded up to whole units of {readable(lot.unit_step)}"


def minimum_order_quantity(lot: LotSizing) -> str:
    """For example "Raised to the minimum order quantity of 50"."""
    return f"Raised to the minimum order quantity of {readable(lot.minimum_order_quantity)}"


def order_multiple(lot: LotSizing) -> str:
    """For example "Raised to a multiple of 25"."""
    return f"Raised to a multiple of {readable(lot.order_multiple)}"


def _due(line: SupplyLine) -> str:
    return "" if line.due is None else f", due {line.due}"
