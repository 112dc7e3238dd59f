"""Inputs of a key as a projection of its stock, and its purchase lines.

Baseline and opportunities are expectations, as in the recommendation, but day by day and beyond
the protection interval, where the baseline's mean goes on. Our own proposals are not in it: what
is out already is used before anything new is ordered.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from adapters.canonical.demand import OpportunityStatus, QuantityBasis
from rules.ordering.quantities import MILLIONTH, from_float
from rules.ordering.stock_projection import DemandUntil, Projection, PurchaseLine
from rules.ordering.terms import Record
from service.replenishment.inputs import KeyInputs, OpportunityInput, OrderInput
from service.replenishment.open_demand import expected_opportunities, open_demand
from service.replenishment.overridden_baseline import overridden_baseline

LONGEST_PROJECTION_DAYS = 730
"""However many intervals the policy looks ahead."""

_NOTHING = Decimal(0)


def projection_of(inputs: KeyInputs, safety_stock: Decimal, intervals: int) -> Projection:
    """The stock of a key over so many protection intervals from the business date on."""
    stock = inputs.stock
    days = min(inputs.baseline.interval_days * intervals, LONGEST_PROJECTION_DAYS)
    records = {"baseline": (Record("forecast_run", inputs.baseline.run_id, ""),)}
    if stock is not None:
        key = f"{inputs.item_id}@{inputs.location_id}"
        records["on_hand"] = (Record("stock_position", key, stock.version),)
    return Projection(
        start=inputs.setting.business_date,
        usable_on_hand=stock.usable if stock else _NOTHING,
        backorders=open_demand(inputs).backorders,
        safety_stock=max(safety_stock, _NOTHING),
        demand=list(_demand(inputs, max(days, 1))),
        records=records,
    )


def purchase_lines(inputs: KeyInputs) -> list[PurchaseLine]:
    """The open purchase lines of a key."""
    return [
        PurchaseLine(
            reference=receipt.line,
            quantity=receipt.quantity,
            due=receipt.due,
            record=Record("open_purchase_line", receipt.line, receipt.due.isoformat()),
        )
        for receipt in inputs.receipts
    ]


def _demand(inputs: KeyInputs, days: int) -> Iterator[DemandUntil]:
    """Demand until the end of each of so many days."""
    today = inputs.setting.business_date
    per_day = from_float(overridden_baseline(inputs).mean) / inputs.baseline.interval_days
    consuming = _due([one for one in inputs.orders if not one.on_top and one.due >= today])
    on_top = _due([one for one in inputs.orders if one.on_top])
    hopes = expected_opportunities(inputs)
    ordered = on_top_ordered = _NOTHING
    for passed in range(1, days + 1):
        day = today + timedelta(days=passed - 1)
        ordered += consuming.get(day, _NOTHING)
        on_top_ordered += on_top.get(day, _NOTHING)
        if passed == 1:  # what is overdue is wanted today
            on_top_ordered += sum(
                (quantity for due, quantity in on_top.items() if due < today), _NOTHING
            )
        expected = _NOTHING
        for one in hopes:
            expected += _expected(one, today, day, per_day)
        usual = (per_day * passed).quantize(MILLIONTH, ROUND_HALF_EVEN)
        yield DemandUntil(
            baseline=max(usual, ordered),
            orders=on_top_ordered,
            opportunities=expected.quantize(MILLIONTH, ROUND_HALF_EVEN),
        )


def _due(orders: list[OrderInput]) -> dict[date, Decimal]:
    due: dict[date, Decimal] = {}
    for order in orders:
        due[order.due] = due.get(order.due, _NOTHING) + order.quantity
    return due


def _expected(one: OpportunityInput, today: date, day: date, per_day: Decimal) -> Decimal:
    """What an opportunity is expected to bring until the end of ``day``.

    As in ``forecasting.opportunity_effect``: what is left of its window counts evenly; a total
    or a renewal takes the place of the account's share of the baseline on the days of it.
    """
    first = max(one.window_start, today)
    passed = (min(day, one.window_end) - first).days + 1
    if passed <= 0:
        return _NOTHING
    chance = _chance(one)
    brought = chance * one.unordered * passed / ((one.window_end - first).days + 1)
    if one.quantity_basis == QuantityBasis.INCREMENTAL:
        return brought
    gone = Decimal(1) if one.quantity_basis == QuantityBasis.RENEWAL else chance
    return brought - gone * from_float(one.account_share) * per_day * passed


def _chance(one: OpportunityInput) -> Decimal:
    if one.status == OpportunityStatus.LOST:
        return _NOTHING
    return Decimal(1) if one.status == OpportunityStatus.WON else one.win_probability
