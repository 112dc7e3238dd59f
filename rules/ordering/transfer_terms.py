"""Why a transfer is as large as it is: terms that add up to it, once from each end.

The giver's terms start from what lies there and end at the quantity; the receiver's start from
what it lacks. Both sums are checked when the explanation is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.ordering.quantities import readable, written
from rules.ordering.terms import ExplanationMismatch, Record, Term
from rules.ordering.transfers import Lane, Place

GIVER_KINDS = (
    "on_hand",
    "owed_to_customers",
    "kept_for_own_level",
    "reserved",
    "given_to_others",
    "left_with_giver",
)
RECEIVER_KINDS = ("need", "lot", "not_covered")


@dataclass(frozen=True)
class TransferFacts:
    """What a transfer rests on: the giver as it was, its other transfers, the receiver's need."""

    giver: Place
    lane: Lane
    unit: str
    quantity: Decimal
    need: Decimal
    given_to_others: Decimal = Decimal(0)
    stock: Record | None = None
    lane_record: Record | None = None

    @property
    def available(self) -> Decimal:
        """The most that the giver can spare here; what it gives to others is taken off."""
        return max(self.giver.excess - self.given_to_others, Decimal(0))


@dataclass(frozen=True)
class TransferExplanation:
    """A transfer in base ``unit``, as the sum of the giver's and of the receiver's terms.

    Raises ExplanationMismatch if either sum is not the quantity.
    """

    from_location_id: str
    to_location_id: str
    unit: str
    quantity: Decimal
    available: Decimal
    giver_terms: tuple[Term, ...]
    receiver_terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        for side in (self.giver_terms, self.receiver_terms):
            found = sum((term.quantity for term in side), Decimal(0))
            if found != self.quantity:
                raise ExplanationMismatch(
                    f"a transfer of {self.quantity} is explained by terms that give {found}"
                )

    def to_json(self) -> dict[str, Any]:
        """JSON values only, quantities as strings of six decimals."""
        return {
            "from_location_id": self.from_location_id,
            "to_location_id": self.to_location_id,
            "unit": self.unit,
            "quantity": written(self.quantity),
            "available": written(self.available),
            "giver_terms": [term.to_json() for term in self.giver_terms],
            "receiver_terms": [term.to_json() for term in self.receiver_terms],
        }


def explain_transfer(facts: TransferFacts) -> TransferExplanation:
    """The transfer with all its terms; those of zero are left out, but for stock and need."""
    return TransferExplanation(
        from_location_id=facts.giver.location_id,
        to_location_id=facts.lane.to_location_id,
        unit=facts.unit,
        quantity=facts.quantity,
        available=facts.available,
        giver_terms=tuple(_giver_terms(facts)),
        receiver_terms=tuple(_receiver_terms(facts)),
    )


def _giver_terms(facts: TransferFacts) -> Iterator[Term]:
    giver, stock = facts.giver, () if facts.stock is None else (facts.stock,)
    above = giver.inventory_position - giver.order_up_to_level
    kept = max(giver.usable_on_hand - giver.owed - above, Decimal(0))
    yield Term("on_hand", f"Usable stock at {giver.location_id}", giver.usable_on_hand, stock)
    terms = (
        Term("owed_to_customers", "Owed to customers there", -giver.owed, stock),
        Term("kept_for_own_level", _kept_label(giver), -kept),
        Term("reserved", "Reserved for transfers not shipped yet", -giver.reserved),
        Term("given_to_others", "Given to other locations in this plan", -facts.given_to_others),
        Term("left_with_giver", "Not needed: stays there", facts.quantity - facts.available),
    )
    yield from (term for term in terms if term.quantity)


def _kept_label(giver: Place) -> str:
    level, position = readable(giver.order_up_to_level), readable(giver.inventory_position)
    return f"Kept for its own order-up-to level {level}, at an inventory position of {position}"


def _receiver_terms(facts: TransferFacts) -> Iterator[Term]:
    lane, records = facts.lane, () if facts.lane_record is None else (facts.lane_record,)
    yield Term("need", f"Missing at {lane.to_location_id}", facts.need)
    rest = facts.quantity - facts.need
    if rest > 0:
        yield Term("lot", _lot_label(lane), rest, records)
    elif rest < 0:
        yield Term("not_covered", "Left to other transfers or to purchase", rest, records)


def _lot_label(lane: Lane) -> str:
    if lane.fixed is not None:
        return "A planner sends more"
    least, multiple = (
        readable(lane.lot.minimum_order_quantity),
        readable(lane.lot.order_multiple),
    )
    return f"Raised to the lane's minimum of {least} and multiple of {multiple}"
