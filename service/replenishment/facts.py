"""What the policy is asked about a recommendation."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_UP, Decimal

from adapters.canonical.proposal import ProposalKind
from rules.ordering.explanation import Explanation
from rules.ordering.quantities import from_float
from rules.policy import Fact
from service.replenishment.inputs import KeyInputs
from service.replenishment.network_inputs import ReceivedInput
from service.replenishment.open_demand import interval_end

VALUE = "value"
"""The fact that policies limit in money."""

_SECONDS_PER_DAY = Decimal(86_400)
_CENT = Decimal("0.01")
_BASIS_POINT = Decimal("0.0001")
_DEMAND_KINDS = ("baseline", "orders_beyond_baseline", "linked_orders", "opportunity")


def facts_of(inputs: KeyInputs, explanation: Explanation) -> Mapping[str, Fact]:
    """The facts by the names that policies declare.

    What is not known is None, never a guess; ``confidence`` is not among them, since none is
    measured yet. Shares and ages are rounded up, so that rounding never slips under a limit.
    """
    error = inputs.baseline.backtest_error
    against = inputs.edited_against
    return {
        "kind": ProposalKind.REQUISITION.value,
        VALUE: _value(inputs, explanation),
        "quantity": explanation.quantity,
        "demand_class": inputs.baseline.demand_class,
        "history_weeks": inputs.baseline.history_weeks,
        "backtest_error": None if error is None else from_float(error),
        "stock_age_days": _stock_age_days(inputs, inputs.stock.as_of if inputs.stock else None),
        "opportunity_share": _opportunity_share(explanation),
        "ambiguous_orders": sum(
            1 for order in inputs.orders if order.candidates and order.due < interval_end(inputs)
        ),
        "supplier": inputs.terms.supplier_id,
        "planner_conflict": against is not None and against != explanation.quantity,
    }


def transfer_facts(
    inputs: KeyInputs, explanation: Explanation, one: ReceivedInput
) -> Mapping[str, Fact]:
    """The facts about a planned transfer to the key of ``inputs``.

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
        **facts_of(inputs, explanation),
        "kind": ProposalKind.TRANSFER.value,
        VALUE: _worth(inputs, quantity, one.unit_price, one.currency),
        "quantity": quantity,
        "stock_age_days": max(known, key=abs) if len(known) == len(ages) else None,
        "supplier": one.giver.location_id,
        "planner_conflict": edited and quantity != one.edited_against,
    }


def _value(inputs: KeyInputs, explanation: Explanation) -> Decimal | None:
    """Quantity times price; unknown where the price is in another currency than the limits.

    Without dated exchange rates a converted value would be a guess.
    """
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


def _opportunity_share(explanation: Explanation) -> Decimal:
    """How much of the expected demand comes from opportunities, 0 to 1."""
    expected = {
        kind: sum((term.quantity for term in explanation.terms if term.kind == kind), Decimal(0))
        for kind in _DEMAND_KINDS
    }
    total = sum(expected.values(), Decimal(0))
    hoped = max(expected["opportunity"], Decimal(0))
    if total <= 0:
        return Decimal(1) if hoped else Decimal(0)
    return min(hoped / total, Decimal(1)).quantize(_BASIS_POINT, ROUND_UP)
