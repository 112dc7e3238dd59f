"""The minimum order value of a supplier, as an input of each line it is asked for.

A line may not go out by itself while its order is worth less than the supplier delivers. So each
key of such an order is told what the other lines of the order come to: those of this pass as
they are recommended now, all others as they stand. Where no supplier sets a minimum, a pass pays
for one look at the conditions.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.database.key_sets import rows_of_keys
from service.feeds.tables import SupplierConditionsRow
from service.proposals.declined import declined_quantity
from service.proposals.states import AMENDABLE
from service.proposals.supplier_orders import (
    Group,
    SupplierLine,
    conditions_of,
    groups_of_keys,
    lines_of,
    suppliers_with_conditions,
)
from service.proposals.tables import ProposalRow
from service.replenishment.inputs import KeyInputs, SupplierOrderInput
from service.replenishment.recommend import Recommended, lot_of
from service.replenishment.supplier_order_gap import own_value, plain
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class SupplierOrders:
    """What a pass must know of the orders that its keys are lines of.

    ``minimums`` has the orders whose supplier sets a minimum. ``standing`` are their lines that
    the pass does not decide. ``own`` are the proposals of the keys it does decide, which say what
    planners made of the recommendation. ``touched`` are the orders that a key has, or had, a line
    in.
    """

    minimums: Mapping[Group, SupplierConditionsRow] = field(default_factory=dict)
    standing: Mapping[Group, Sequence[SupplierLine]] = field(default_factory=dict)
    own: Mapping[Key, Sequence[ProposalRow]] = field(default_factory=dict)
    touched: Mapping[Key, set[Group]] = field(default_factory=dict)

    def asks(self, inputs: KeyInputs) -> bool:
        """Whether the supplier of this key sets a minimum."""
        return group_of(inputs) in self.minimums

    def groups_of(self, keys: Collection[Key]) -> set[Group]:
        """The orders that ``keys`` have, or had, a line in."""
        return {group for key in keys for group in self.touched.get(key, ())}


def group_of(inputs: KeyInputs) -> Group:
    """The order that a key's recommendation would be a line of; without a supplier, of none."""
    return inputs.supplier_id or "", inputs.location_id


def load_supplier_orders(
    session: Session, inputs: Sequence[KeyInputs], unplanned: Collection[Key]
) -> SupplierOrders:
    """Read what the orders of ``inputs`` hold; a fixed number of statements for any batch.

    ``unplanned`` keys are dirty and no longer planned: their open lines are about to go.
    """
    suppliers = suppliers_with_conditions(session)
    if not suppliers:
        return SupplierOrders()
    groups = {one.key: group_of(one) for one in inputs if one.supplier_id in suppliers}
    conditions = conditions_of(session, {supplier_id for supplier_id, _ in groups.values()})
    minimums = {
        group: minimum
        for group in groups.values()
        if (minimum := conditions.minimum_of(group)) is not None
    }
    asked = {key for key, group in groups.items() if group in minimums}
    decided = {one.key for one in inputs} | set(unplanned)
    touched: defaultdict[Key, set[Group]] = defaultdict(set)
    touched.update(groups_of_keys(session, decided, suppliers))
    for key in asked:
        touched[key].add(groups[key])
    standing = {
        group: [line for line in lines if not (line.is_open and line.key in decided)]
        for group, lines in lines_of(session, minimums.keys()).items()
    }
    return SupplierOrders(minimums, standing, _own(session, asked), touched)


def _own(session: Session, keys: Collection[Key]) -> Mapping[Key, Sequence[ProposalRow]]:
    rows = select(ProposalRow.item_id, ProposalRow.location_id, ProposalRow).where(
        ProposalRow.kind == ProposalKind.REQUISITION.value,
        or_(
            ProposalRow.state.in_([state.value for state in AMENDABLE]),
            ProposalRow.declined_until.is_not(None),
        ),
    )
    own: defaultdict[Key, list[ProposalRow]] = defaultdict(list)
    for item_id, location_id, row in rows_of_keys(session, rows, ProposalRow.item_id, keys):
        own[item_id, location_id].append(row)
    return own


@dataclass
class _Total:
    """What the lines of an order come to, and how many of them nobody can value."""

    value: Decimal = Decimal(0)
    unknown: int = 0

    def add(self, value: Decimal | None) -> None:
        self.value += value or 0
        self.unknown += value is None

    def without(self, value: Decimal | None) -> Decimal | None:
        """What the others come to; None where one of them has no known value."""
        if self.unknown > (value is None):
            return None
        return plain(self.value - (value or 0))


def with_supplier_orders(
    results: Sequence[Recommended], orders: SupplierOrders
) -> list[Recommended]:
    """``results`` with inputs that say what else is open for their supplier and site."""
    asked = {
        result.key: _own_order(result, orders) for result in results if orders.asks(result.inputs)
    }
    totals: defaultdict[Group, _Total] = defaultdict(_Total)
    for group, lines in orders.standing.items():
        for line in lines:
            totals[group].add(line.value_in(orders.minimums[group].currency))
    values: dict[Key, Decimal | None] = {}
    for result in results:
        if (order := asked.get(result.key)) is not None:
            value = own_value(result.inputs, order, result.quantity)
            values[result.key] = value
            totals[group_of(result.inputs)].add(value)
    return [
        result
        if (order := asked.get(result.key)) is None
        else _told(result, order, totals[group_of(result.inputs)].without(values[result.key]))
        for result in results
    ]


def _own_order(result: Recommended, orders: SupplierOrders) -> SupplierOrderInput:
    """The minimum, and what planners made of this key; nothing of the other lines yet."""
    inputs = result.inputs
    minimum = orders.minimums[group_of(inputs)]
    rows = orders.own.get(inputs.key, ())
    opened = next((row for row in rows if row.state in AMENDABLE), None)
    today = inputs.setting.business_date
    return SupplierOrderInput(
        minimum_order_value=minimum.minimum_order_value or Decimal(0),
        currency=minimum.currency,
        version=minimum.version_token or minimum.received_at.isoformat(),
        others=None,
        planner_quantity=opened.planner_quantity if opened else None,
        declined_quantity=Decimal(0) if opened else declined_quantity(rows, today, lot_of(inputs)),
    )


def _told(result: Recommended, order: SupplierOrderInput, others: Decimal | None) -> Recommended:
    told = order.model_copy(update={"others": others})
    return replace(result, inputs=result.inputs.model_copy(update={"supplier_order": told}))
