"""What is missing up to the order-up-to level.

Order-up-to (periodic review, R,S): order what lifts the inventory position to S. See Silver,
Pyke and Thomas, Inventory and Production Management in Supply Chains, 4th ed., section 6.7.
"""

from dataclasses import dataclass
from decimal import Decimal

from rules.ordering.quantities import quantised


@dataclass(frozen=True)
class InventoryPosition:
    """What an (item, location) has and will get within its protection interval, base units.

    ``usable_on_hand`` is on hand without blocked, expired or inspected stock; it is negative
    where more was issued than booked in. ``scheduled_receipts`` are purchases and transfers due
    within the interval. ``committed_proposals`` are our own proposals that the ERP's feed does
    not show yet. ``backorders`` are owed to customers.

    Allocated stock is not subtracted: the open orders behind it consume the forecast, and
    taking it off here would count them twice.
    """

    usable_on_hand: Decimal
    scheduled_receipts: Decimal = Decimal(0)
    committed_proposals: Decimal = Decimal(0)
    backorders: Decimal = Decimal(0)

    @property
    def quantity(self) -> Decimal:
        """The position itself."""
        return quantised(
            self.usable_on_hand
            + self.scheduled_receipts
            + self.committed_proposals
            - self.backorders
        )


def net_requirement(order_up_to_level: Decimal, position: InventoryPosition) -> Decimal:
    """``order_up_to_level`` (S) less the inventory position; negative is a surplus."""
    return quantised(order_up_to_level - position.quantity)
