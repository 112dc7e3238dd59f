"""From a net requirement to a quantity that a supplier accepts.

Always upwards: rounding a requirement of 6 down to a multiple of 10 orders nothing, and then
nothing again on every later day.
"""

from dataclasses import dataclass
from decimal import Decimal

from rules.ordering.quantities import from_millionths, to_millionths


@dataclass(frozen=True)
class LotSizing:
    """A supplier's lot and the item's smallest quantity, all in base units.

    ``minimum_order_quantity`` 0 and ``order_multiple`` of one unit step mean no restriction.
    A minimum or multiple that is no whole number of unit steps counts as the next whole number:
    half a piece cannot be ordered.
    """

    minimum_order_quantity: Decimal
    order_multiple: Decimal
    unit_step: Decimal

    def __post_init__(self) -> None:
        if to_millionths(self.minimum_order_quantity) < 0:
            raise ValueError("minimum_order_quantity is negative; write 0 for none")
        if to_millionths(self.order_multiple) <= 0:
            raise ValueError("order_multiple must be positive; write the unit step for none")
        if to_millionths(self.unit_step) <= 0:
            raise ValueError("unit_step must be positive; write 1 for whole pieces")


@dataclass(frozen=True)
class SizedLot:
    """The quantity to order and how it came from the net requirement.

    net requirement + rounding + minimum_uplift + multiple_uplift + surplus = quantity, exactly.
    ``surplus`` is what stands above the order-up-to level; then nothing is ordered.
    """

    quantity: Decimal
    rounding: Decimal
    minimum_uplift: Decimal
    multiple_uplift: Decimal
    surplus: Decimal


def size_lot(net: Decimal, lot: LotSizing) -> SizedLot:
    """Size a net requirement: unit step once, then the minimum, then a whole multiple.

    The result is the smallest multiple that covers both the requirement and the minimum.
    """
    required, step = to_millionths(net), to_millionths(lot.unit_step)
    if required <= 0:
        nothing = Decimal(0)
        return SizedLot(nothing, nothing, nothing, nothing, from_millionths(-required))
    rounded = _up_to(required, step)
    raised = max(rounded, _up_to(to_millionths(lot.minimum_order_quantity), step))
    quantity = _up_to(raised, _up_to(to_millionths(lot.order_multiple), step))
    return SizedLot(
        quantity=from_millionths(quantity),
        rounding=from_millionths(rounded - required),
        minimum_uplift=from_millionths(raised - rounded),
        multiple_uplift=from_millionths(quantity - raised),
        surplus=Decimal(0),
    )


def _up_to(millionths: int, step: int) -> int:
    return -(-millionths // step) * step
