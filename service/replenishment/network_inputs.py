"""What a key's place in the network gives and takes: the transfer plan, as far as it concerns it.

The plan is made once for all lane-connected locations of an item; each of them stores its own
part, with the figures of the other end. So a recommendation can be replayed from its own inputs.
"""

from datetime import datetime
from decimal import Decimal

from service.replenishment.input_base import Input


class ReservedInput(Input):
    """A transfer from here that the ERP has taken and that still shows in the stock."""

    external_ref: str
    to_location_id: str
    quantity: Decimal
    state: str


class GiverInput(Input):
    """The giver of a planned transfer as the plan saw it; base units.

    ``inventory_position`` still holds what is ``reserved``. ``given_to_others`` is what the same
    plan lets it give to other locations.
    """

    location_id: str
    order_up_to_level: Decimal
    inventory_position: Decimal
    usable_on_hand: Decimal
    owed: Decimal
    reserved: Decimal
    given_to_others: Decimal
    stock_as_of: datetime | None
    stock_version: str | None


class ReceivedInput(Input):
    """A planned transfer to here, with its lane and its giver.

    ``need`` is what was missing here when the lane was asked. ``planner_quantity`` is a planner's
    open edit: ``quantity`` is then as much of it as the giver can spare.
    """

    lane: str
    lane_version: str
    lead_time_days: int
    priority: int
    minimum_quantity: Decimal
    order_multiple: Decimal
    quantity: Decimal
    need: Decimal
    planner_quantity: Decimal | None
    edited_against: Decimal | None
    unit_price: Decimal | None
    currency: str | None
    giver: GiverInput

    @property
    def recommended(self) -> Decimal:
        """What to recommend on the lane.

        A planner's edit stands for what it was made against while the giver can spare it and
        something is missing here: it is itself part of the plan.
        """
        if self.planner_quantity is None:
            return self.quantity
        if self.need <= 0:
            return Decimal(0)
        if self.quantity < self.planner_quantity or self.edited_against is None:
            return self.quantity
        return self.edited_against


class GivenInput(Input):
    """A planned transfer from here."""

    to_location_id: str
    lane: str
    lane_version: str
    quantity: Decimal


class PassedInput(Input):
    """A need passed along a lane; ``location_id`` is the other end."""

    location_id: str
    lane: str
    lane_version: str
    need: Decimal
    quantity: Decimal


class NetworkInput(Input):
    """The part of the transfer plan that concerns one key."""

    received: tuple[ReceivedInput, ...] = ()
    given: tuple[GivenInput, ...] = ()
    downstream: tuple[PassedInput, ...] = ()
    """Needs of locations without supplier that this one is to cover."""
    passed_upstream: PassedInput | None = None
    """What is missing here and another location is to cover."""
