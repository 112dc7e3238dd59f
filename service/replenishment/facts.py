"""What the policy is asked about a recommendation."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_UP, Decimal

from adapters.canonical.proposal import ProposalKind
from rules.ordering.explanation import Explanation
from rules.ordering.lot_sizing import LotSizing
from rules.ordering.quantities import from_float
from rules.policy import Fact
from service.forecasts.scopes import OWN
from service.replenishment.inputs import KeyInputs
from service.replenishment.network_inputs import ReceivedInput
from service.replenishment.open_demand import interval_end
from service.replenishment.order_point import above_own_maximum
from service.replenishment.outside_order import lot_is_kept
from service.replenishment.supplier_order_gap import supplier_order_gap

VALUE = "value"
"""The fact that policies limit in money."""
SUPPLIER_ORDER_GAP = "supplier_order_gap"
"""The money that the order lacks up to its supplier's minimum."""
ABOVE_OWN_MAXIMUM = "above_own_maximum"
"""How far the order would lift the stock above the ERP's own maximum."""

_SECONDS_PER_DAY = Decimal(86_400)
_CENT = Decimal("0.01")
_BASIS_POINT = Decimal("0.0001")
_OVERRIDE = "forecast_override"
_DEMAND_KINDS = ("baseline", _OVERRIDE, "orders_beyond_baseline", "linked_orders", "opportunity")


def facts_of(
    inputs: KeyInputs, explanation: Explanation, supplier: LotSizing
) -> Mapping[str, Fact]:
    """The facts by the names that policies declare; ``supplier`` is the supplier's lot.

    What is not known is None, never a guess; ``confidence`` is not among them, since none is
    measured yet. Shares and ages are rounded up, so that rounding never slips under a limit.
    """
    error = inputs.baseline.backtest_error
    against, recommended = inputs.edited_against, inputs.recommended
    return {
        "kind": ProposalKind.REQUISITION.value,
        VALUE: _value(inputs, explanation),
        "quantity": explanation.quantity,
        "demand_class": inputs.baseline.demand_class,
        "history_weeks": inputs.baseline.history_weeks,
        "backtest_error": None if error is None else from_float(error),
        "stock_age_days": _stock_age_days(inputs, inputs.stock.as_of if inputs.stock else None),
        "opportunity_share": _opportunity_share(explanation),
        "forecast_override_share": _forecast_override_share(explanation),
        "ambiguous_orders": sum(
            1 for order in inputs.orders if order.candidates and order.due < interval_end(inputs)
        ),
        "supplier": inputs.supplier_id,
        SUPPLIER_ORDER_GAP: supplier_order_gap(inputs, explanation.quantity),
        ABOVE_OWN_MAXIMUM: above_own_maximum(inputs, explanation.quantity),
        "planner_conflict": against is not None and against != explanation.quantity,
        "source": recommended.system if recommended else OWN,
        "lot_kept": lot_is_kept(inputs, explanation, supplier),
    }


def transfer_facts(
    inputs: KeyInputs, explanation: Explanation, supplier: LotSizing, one: ReceivedInput
) -> Mapping[str, Fact]:
    """The facts about a planned transfer to the key of ``inputs``; nothing is asked of a supplier.

    Who gives stands in the supplier's place. Of the two stock figures the one that is further
    from today counts, and a figure that is not known is not known for the transfer.
    """
    quantity = one.recommended
    ages = [
        _stock_age_days(inputs, inputs.stock.as_of if inputs.stock else None),
        _stock_age_days(inputs, one.giver.stock_as_of),
    ]
    known = [age for age in ages if age is not None]
    edited = one.planner_quantity is not None
    return {
        **facts_of(inputs, explanation, supplier),
        "kind": ProposalKind.TRANSFER.value,
        VALUE: _worth(inputs, quantity, one.unit_price, one.currency),
        "quantity": quantity,
        "stock_age_days": max(known, key=abs) if len(known) == len(ages) else None,
        "supplier": one.giver.location_id,
        SUPPLIER_ORDER_GAP: Decimal(0),
        ABOVE_OWN_MAXIMUM: above_own_maximum(inputs, Decimal(0)),
        "planner_conflict": edited and quantity != one.edited_against,
    }


def _value(inputs: KeyInputs, explanation: Explanation) -> Decimal | None:
    """Quantity times price; unknown without a price in the currency of the limits.

    Without dated exchange rates a converted value would be a guess.
    """
    if not inputs.priced:
        return None
    terms = inputs.terms
    return _worth(inputs, explanation.quantity, terms.unit_price, terms.currency)


def _worth(
    inputs: KeyInputs, quantity: Decimal, price: Decimal | None, currency: str | None
) -> Decimal | None:
    if price is None or currency != inputs.setting.value_currency:
        return None
    return quantity * price


def _stock_age_days(inputs: KeyInputs, as_of: datetime | None) -> Decimal | None:
    """Age of the stock position at the end of the planning day, in days; None if unknown.

    The day ends at midnight UTC here, so another time zone shows as up to a day more or less.
    """
    if as_of is None:
        return None
    midnight = datetime.combine(inputs.setting.business_date + timedelta(days=1), time(), UTC)
    seconds = Decimal(int((midnight - as_of).total_seconds()))
    return (seconds / _SECONDS_PER_DAY).quantize(_CENT, ROUND_UP)


def _forecast_override_share(explanation: Explanation) -> Decimal:
    """How far planners moved the expected demand, 0 to 1 of the larger of before and after.

    So it is one half where they doubled the demand, and where they halved it.
    """
    moved = _expected(explanation, (_OVERRIDE,))
    after = _expected(explanation, _DEMAND_KINDS)
    larger = max(after, after - moved)
    if not moved:
        return Decimal(0)
    return (
        min(abs(moved) / larger, Decimal(1)).quantize(_BASIS_POINT, ROUND_UP)
        if larger > 0
        else Decimal(1)
    )


def _expected(explanation: Explanation, kinds: Collection[str]) -> Decimal:
    quantities = (term.quantity for term in explanation.terms if term.kind in kinds)
    return sum(quantities, Decimal(0))


def _opportunity_share(explanation: Explanation) -> Decimal:
    """How much of the expected demand comes from opportunities, 0 to 1."""
    total = _expected(explanation, _DEMAND_KINDS)
    hoped = max(_expected(explanation, ("opportunity",)), Decimal(0))
    if total <= 0:
        return Decimal(1) if hoped else Decimal(0)
    return min(hoped / total, Decimal(1)).quantize(_BASIS_POINT, ROUND_UP)
