"""What the recompute wants for an (item, location), as the proposals hear of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.canonical.proposal import ProposalKind
from rules.ordering.lot_sizing import LotSizing
from service.proposals.states import State
from service.proposals.tables import ProposalRow
from service.work.dirty_keys import Key

_STATES = {"auto": State.APPROVED, "review": State.IN_REVIEW, "hold": State.HELD}
_SEVERITY = ("auto", "review", "hold")


@dataclass(frozen=True)
class WantedOrder:
    """A recommendation with the policy's outcome: what should be on offer now.

    An order to a supplier names the ``transfers`` to its key that are wanted beside it; each is
    of kind transfer, from ``from_location_id``, which can spare at most ``spare``. ``lacking`` is
    what was missing before them.

    ``quantity`` is what to order beyond everything the ERP has taken; 0 means nothing. Then
    ``surplus`` is what stands above the order-up-to level. Base units, both. ``order_date`` is
    the business date; where it is to be ordered on a later day, ``order_on`` is that day, and
    ``not_before`` its beginning, before which the ERP is offered nothing. A decrease of what the
    ERP has taken is asked for only from ``change_request_min_share`` of the accepted quantity on.
    """

    item_id: str
    location_id: str
    quantity: Decimal
    supplier_id: str | None
    unit: str
    unit_price: Decimal | None
    currency: str | None
    order_date: date
    required_date: date
    rationale: str
    recommendation_id: UUID
    decision_id: UUID
    outcome: str
    surplus: Decimal
    lot: LotSizing
    change_request_min_share: Decimal
    kind: ProposalKind = ProposalKind.REQUISITION
    from_location_id: str = ""
    spare: Decimal | None = None
    lacking: Decimal | None = None
    transfers: "tuple[WantedOrder, ...]" = ()
    order_on: date | None = None
    not_before: datetime | None = None

    def __post_init__(self) -> None:
        if self.outcome not in _STATES:
            raise ValueError(f"{self.outcome!r} is no outcome: write one of {list(_STATES)}")

    @property
    def key(self) -> Key:
        """The (item, location) it is for."""
        return self.item_id, self.location_id

    @property
    def state(self) -> State:
        """The state that the policy's outcome asks for."""
        return _STATES[self.outcome]

    def released(self, earliest: datetime) -> datetime:
        """When the ERP may be offered it that could be offered it from ``earliest`` on."""
        return max(earliest, self.not_before or earliest)

    def is_milder_than(self, outcome: str) -> bool:
        """Whether the policy says now what ``outcome`` says, or asks for less caution."""
        return _SEVERITY.index(self.outcome) <= _SEVERITY.index(outcome)

    def alters(self, row: ProposalRow) -> bool:
        """Whether what, from whom or for how much differs from ``row``; its dates may."""
        return (row.recommended_quantity, row.supplier_id, row.unit) != (
            self.quantity,
            self.supplier_id,
            self.unit,
        ) or (row.unit_price, row.currency) != (self.unit_price, self.currency)

    def no_transfer_from(self, location_id: str) -> "WantedOrder":
        """That nothing is wanted from ``location_id`` (any more)."""
        return replace(
            self,
            quantity=Decimal(0),
            supplier_id=None,
            kind=ProposalKind.TRANSFER,
            from_location_id=location_id,
            transfers=(),
        )

    def offer(self) -> dict[str, Any]:
        """The columns of a proposal that a revision counts."""
        return {
            "recommended_quantity": self.quantity,
            "supplier_id": self.supplier_id,
            "unit": self.unit,
            "unit_price": self.unit_price,
            "currency": self.currency,
            "order_date": self.order_on or self.order_date,
            "required_date": self.required_date,
        }

    def background(self) -> dict[str, Any]:
        """The columns that say why; they change without a revision."""
        return {
            "rationale": self.rationale[:500],
            "recommendation_id": self.recommendation_id,
            "decision_id": self.decision_id,
            "policy_outcome": self.outcome,
            "spare_quantity": self.spare,
        }
