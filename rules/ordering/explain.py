"""An explanation put together from what a computation read and found.

Terms of zero are left out, but for the baseline, the safety stock and the stock, which a planner
expects to see, and for the opportunities, orders and receipts: each of these is a record that
was taken into account.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from rules.ordering import labels
from rules.ordering.explanation import Explanation
from rules.ordering.lot_sizing import LotSizing, SizedLot, size_lot
from rules.ordering.quantities import quantised
from rules.ordering.supply_and_demand import NO_NETWORK, DemandSide, NetworkSide, SupplySide
from rules.ordering.terms import Record, Term


@dataclass(frozen=True)
class Subject:
    """What is explained: the base unit, words for the heading, and whose lot it is."""

    unit: str
    context: Mapping[str, str] = field(default_factory=dict)
    supplier_terms: Record | None = None


def explain(
    demand: DemandSide,
    supply: SupplySide,
    lot: LotSizing,
    subject: Subject,
    network: NetworkSide = NO_NETWORK,
) -> Explanation:
    """The order quantity of one (item, location) with all its terms, in reading order.

    Each quantity is rounded half to even to millionths on its own, and the safety stock is what
    the order-up-to level then holds above the expected demand: so the terms always add up.
    """
    means = tuple(_expected_demand(demand))
    safety = quantised(demand.order_up_to_level) - _sum(means)
    buffer = Term(
        "safety_stock", labels.safety_stock(demand, safety), safety, _given(demand.policy)
    )
    needs = tuple(_downstream(demand))
    before_lot = (*means, *needs, buffer, *_supply(supply), *_network(network))
    sized = size_lot(_sum(before_lot), lot)
    return Explanation(
        unit=subject.unit,
        terms=(*before_lot, *_lot(sized, lot, _given(subject.supplier_terms))),
        quantity=sized.quantity,
        lot=lot,
        context=subject.context,
    )


def _expected_demand(demand: DemandSide) -> Iterator[Term]:
    yield _term("baseline", labels.BASELINE, demand.baseline_mean, demand.baseline)
    if demand.orders_beyond_baseline:
        yield _term(
            "orders_beyond_baseline",
            labels.ORDERS_BEYOND_BASELINE,
            demand.orders_beyond_baseline,
            demand.unlinked_orders,
        )
    for order in demand.linked_orders:
        yield _term("linked_orders", labels.linked_order(order), order.quantity, (order.record,))
    for line in demand.opportunities:
        yield _term("opportunity", labels.opportunity(line), line.expected, (line.record,))


def _downstream(demand: DemandSide) -> Iterator[Term]:
    for need in demand.downstream:
        yield _term("downstream_needs", labels.downstream(need), need.quantity, (need.record,))


def _network(network: NetworkSide) -> Iterator[Term]:
    for given in network.given:
        yield _term("transfer_out", labels.transfer_out(given), given.quantity, (given.record,))
    for taken in network.received:
        yield _term("transfer_in", labels.transfer_in(taken), -taken.quantity, (taken.record,))
    passed = network.passed_upstream
    if passed is not None:
        label = labels.passed_upstream(passed)
        yield _term("passed_upstream", label, -passed.quantity, (passed.record,))


def _supply(supply: SupplySide) -> Iterator[Term]:
    yield _term("on_hand", labels.stock(supply), -supply.usable_on_hand, _given(supply.stock))
    for line in supply.receipts:
        yield _term("scheduled_receipt", labels.receipt(line), -line.quantity, (line.record,))
    for line in supply.committed:
        yield _term(
            "committed_proposal", labels.committed_proposal(line), -line.quantity, (line.record,)
        )
    for line in supply.reserved:
        yield _term(
            "reserved_transfer", labels.reserved_transfer(line), line.quantity, (line.record,)
        )
    if supply.backorders:
        yield _term("backorders", labels.BACKORDERS, supply.backorders, _given(supply.stock))


def _lot(sized: SizedLot, lot: LotSizing, records: tuple[Record, ...]) -> Iterator[Term]:
    minimum, multiple = labels.minimum_order_quantity(lot), labels.order_multiple(lot)
    terms = (
        Term("rounding", labels.rounding(lot), sized.rounding),
        Term("minimum_order_quantity", minimum, sized.minimum_uplift, records),
        Term("order_multiple", multiple, sized.multiple_uplift, records),
        Term("surplus", labels.SURPLUS, sized.surplus),
    )
    return (term for term in terms if term.quantity)


def _term(kind: str, label: str, quantity: Decimal, records: tuple[Record, ...]) -> Term:
    return Term(kind, label, quantised(quantity), records)


def _given(record: Record | None) -> tuple[Record, ...]:
    return () if record is None else (record,)


def _sum(terms: Iterable[Term]) -> Decimal:
    return sum((term.quantity for term in terms), Decimal(0))
