"""The ERP's own order point: a hint to the policy, and a figure for people."""

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.key_sets import rows_of_keys
from service.feeds.tables import OrderPointRow
from service.replenishment.inputs import KeyInputs, OrderPointInput
from service.replenishment.sides import supply_side
from service.replenishment.supplier_order_gap import plain
from service.work.dirty_keys import Key


def order_points(session: Session, keys: Collection[Key]) -> dict[Key, OrderPointInput]:
    """The order points of those of ``keys`` that have one."""
    points = select(OrderPointRow.item_id, OrderPointRow.location_id, OrderPointRow).where(
        OrderPointRow.gone.is_(False)
    )
    found = rows_of_keys(session, points, OrderPointRow.item_id, keys)
    return {
        (item_id, location_id): OrderPointInput(
            system=row.system,
            minimum_quantity=row.minimum_quantity,
            target_quantity=row.target_quantity,
            maximum_quantity=row.maximum_quantity,
            version=row.version_token or row.received_at.isoformat(),
        )
        for item_id, location_id, row in found
    }


def above_own_maximum(inputs: KeyInputs, ordered: Decimal) -> Decimal:
    """How far ``ordered`` and the planned transfers would lift the position above the maximum.

    0 where the ERP has no maximum of its own, and where nothing would come.
    """
    point = inputs.order_point
    sent = inputs.network.received if inputs.network else ()
    coming = ordered + sum((one.recommended for one in sent), Decimal(0))
    if point is None or point.maximum_quantity is None or coming == 0:
        return Decimal(0)
    return plain(max(_position(inputs) + coming - point.maximum_quantity, Decimal(0)))


def _position(inputs: KeyInputs) -> Decimal:
    """What is there and on its way, less what is owed; as in the explanation of our own orders."""
    supply = supply_side(inputs)
    coming = sum((line.quantity for line in (*supply.receipts, *supply.committed)), Decimal(0))
    leaving = sum((line.quantity for line in supply.reserved), supply.backorders)
    return supply.usable_on_hand + coming - leaving
