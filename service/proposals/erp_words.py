"""What the ERP sends about proposals: claims, acknowledgements, refusals, progress."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from adapters.canonical.calendar import Day, Moment
from adapters.canonical.identity import Canonical, Code, Text
from adapters.canonical.proposal import ProposalKind
from adapters.canonical.quantity import NonNegativeQuantity, PositiveQuantity
from service.proposals.states import State

LARGEST_CLAIM = 200

Reason = Annotated[Text, StringConstraints(min_length=1)]


class ClaimBody(Canonical):
    """How many proposals of which kind; no ``locations`` means all of them."""

    kind: ProposalKind = ProposalKind.REQUISITION
    limit: int = Field(LARGEST_CLAIM, ge=1, le=LARGEST_CLAIM)
    locations: tuple[Code, ...] = Field((), max_length=LARGEST_CLAIM)


class AcknowledgementBody(Canonical):
    """The ERP has taken the proposal, or has made the change it was asked for.

    ``accepted_quantity`` is the total that it holds under the reference, in base units; 0 says
    that it cancelled all of it as requested.
    """

    claim_id: UUID
    erp_number: Code
    accepted_quantity: NonNegativeQuantity
    expected_date: Day | None = None


class RefusalBody(Canonical):
    """The ERP does not do it; the reason is shown to a planner.

    ``erp_number`` is the document that it had made of it and that it does not carry out after all.
    """

    claim_id: UUID
    reason: Reason
    erp_number: Code | None = None


class ProgressState(StrEnum):
    """How far the ERP is with what it took."""

    ORDERED = "ordered"
    PARTLY_ORDERED = "partly_ordered"
    SHIPPED = "shipped"
    RECEIVED = "received"
    CLOSED = "closed"

    @property
    def state(self) -> State:
        """The proposal's state of the same name."""
        return State(self.value)


class ProgressBody(Canonical):
    """What became of an acknowledged proposal. ``ordered_quantity`` is the total so far.

    ``shipped`` and ``received`` are for transfers; ``occurred_at`` is when that happened, else
    now: stock figures from before do not show it.
    """

    state: ProgressState
    purchase_order_number: Code | None = None
    ordered_quantity: PositiveQuantity | None = None
    expected_date: Day | None = None
    occurred_at: Moment | None = None

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        if self.state is ProgressState.PARTLY_ORDERED and self.ordered_quantity is None:
            raise ValueError("partly_ordered needs ordered_quantity")
        return self


class Action(StrEnum):
    """What may be decided over the API."""

    APPROVE = "approve"
    CHANGE_QUANTITY = "change_quantity"
    WITHDRAW_EDIT = "withdraw_edit"
    REJECT = "reject"
    SNOOZE = "snooze"
    REOPEN = "reopen"
    UNDO = "undo"


class DecisionBody(Canonical):
    """A decision; ``quantity`` goes with change_quantity, ``until`` with snooze."""

    action: Action
    quantity: PositiveQuantity | None = None
    reason: Reason | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        needed: dict[Action, Decimal | date | str | None] = {
            Action.CHANGE_QUANTITY: self.quantity,
            Action.SNOOZE: self.until,
            Action.REJECT: self.reason,
        }
        if self.action in needed and needed[self.action] is None:
            names = {Action.CHANGE_QUANTITY: "quantity", Action.SNOOZE: "until"}
            raise ValueError(f"{self.action} needs {names.get(self.action, 'reason')}")
        return self
