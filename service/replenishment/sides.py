"""The two sides of an explanation, each term with the record and version it comes from."""

from decimal import Decimal

from rules.ordering.explanation import Record
from rules.ordering.supply_and_demand import (
    Contribution,
    DemandSide,
    LinkedOrder,
    SupplyLine,
    SupplySide,
)
from service.replenishment.inputs import KeyInputs, OpportunityInput, OrderInput
from service.replenishment.network_sides import downstream_needs, reserved_lines
from service.replenishment.open_demand import expected_opportunities, interval_end, open_demand
from service.replenishment.simulation import ExpectedContribution, SimulatedDemand


def demand_side(inputs: KeyInputs, simulated: SimulatedDemand) -> DemandSide:
    """Demand over the protection interval."""
    demand = open_demand(inputs)
    by_name = {one.opportunity: one for one in inputs.opportunities}
    baseline = inputs.baseline
    return DemandSide(
        order_up_to_level=simulated.order_up_to_level,
        cycle_service_level=inputs.setting.cycle_service_level,
        baseline_mean=simulated.baseline_mean,
        orders_beyond_baseline=simulated.orders_beyond_baseline,
        linked_orders=tuple(_linked_order(order, by_name) for order in demand.linked),
        opportunities=tuple(
            _contribution(by_name[one.opportunity], simulated.contributions[one.opportunity])
            for one in expected_opportunities(inputs)
        ),
        downstream=downstream_needs(inputs),
        baseline=(Record("forecast_run", baseline.run_id, f"{baseline.history_weeks} weeks"),),
        unlinked_orders=tuple(_order_record(order) for order in demand.unlinked),
        policy=Record("policy", inputs.setting.policy, inputs.setting.policy_hash[:12]),
    )


def supply_side(inputs: KeyInputs) -> SupplySide:
    """Stock, and what arrives within the protection interval."""
    stock, end = inputs.stock, interval_end(inputs)
    key = f"{inputs.item_id}@{inputs.location_id}"
    return SupplySide(
        usable_on_hand=stock.usable if stock else Decimal(0),
        backorders=open_demand(inputs).backorders,
        stock=Record("stock_position", key, stock.version) if stock else None,
        receipts=tuple(
            SupplyLine(
                reference=receipt.line,
                quantity=receipt.quantity,
                record=Record("open_purchase_line", receipt.line, receipt.due.isoformat()),
                due=receipt.due,
            )
            for receipt in inputs.receipts
            if receipt.due < end
        ),
        committed=tuple(
            SupplyLine(
                reference=proposal.external_ref,
                quantity=proposal.quantity,
                record=Record("proposal", proposal.external_ref, proposal.state),
            )
            for proposal in inputs.committed
        ),
        reserved=reserved_lines(inputs),
    )


def _linked_order(order: OrderInput, by_name: dict[str, OpportunityInput]) -> LinkedOrder:
    name = order.opportunity or ""
    known = by_name.get(name)
    return LinkedOrder(
        order=order.order,
        opportunity_id=known.opportunity_id if known else name,
        quantity=order.quantity,
        due=order.due,
        record=_order_record(order),
    )


def _order_record(order: OrderInput) -> Record:
    return Record("open_sales_line", order.order, f"{order.quantity} due {order.due}")


def _contribution(one: OpportunityInput, expected: ExpectedContribution) -> Contribution:
    return Contribution(
        opportunity_id=one.opportunity_id,
        quantity=one.quantity,
        unordered=one.unordered,
        win_probability=expected.win_probability,
        expected=expected.quantity,
        record=Record("demand_signal", one.opportunity, str(one.source_version)),
        interval_share=expected.interval_share,
        quantity_basis=one.quantity_basis,
        status=one.status,
    )
