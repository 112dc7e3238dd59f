"""Proposals: identity and state from recommendation to the ERP's number."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table, new_id

_OPEN = text("state IN ('in_review', 'approved', 'held', 'snoozed')")
"""The amendable states; an (item, location) has at most one requisition in them,
one transfer per giver, and one message of a kind per purchase line."""


NO_RECOMMENDATION = UUID(int=0)
"""Stands for the recommendation and the decision of what was adopted: there were none."""


class ProposalRow(Table):
    __tablename__ = "proposals"
    proposal_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    external_ref: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(default="requisition")
    state: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    """Grows with every change of what is offered."""
    offer: Mapped[int] = mapped_column(default=1, server_default="1")
    """Grows with every refusal, so that what is offered again is no mere repetition."""
    row_version: Mapped[int] = mapped_column(default=1)
    """Grows with every change of state or offer, and is compared at every update; the ETag."""
    item_id: Mapped[str]
    location_id: Mapped[str]
    from_location_id: Mapped[str] = mapped_column(default="", server_default="")
    """Who gives, in a transfer; else empty, so that the open key below stays unique."""
    purchase_line: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """``system/native_id`` of the purchase line that a message is about; else empty."""
    supplier_id: Mapped[str | None]
    unit: Mapped[str]
    recommended_quantity: Mapped[Decimal]
    planner_quantity: Mapped[Decimal | None]
    """A planner's edit: it wins over the recommendation until withdrawn."""
    edited_against: Mapped[Decimal | None]
    """The recommendation the planner saw when editing; another one now is a conflict."""
    accepted_quantity: Mapped[Decimal | None]
    """What the ERP took."""
    requested_quantity: Mapped[Decimal | None]
    """Change or cancel requested: the total we now want instead."""
    refused_quantity: Mapped[Decimal | None]
    """A total that the ERP refused to change to; it is not asked for that much or more again."""
    ordered_quantity: Mapped[Decimal | None]
    """What the ERP has put on purchase orders so far."""
    unit_price: Mapped[Decimal | None]
    currency: Mapped[str | None]
    order_date: Mapped[date]
    required_date: Mapped[date]
    rationale: Mapped[str] = mapped_column(String(500), default="")
    recommendation_id: Mapped[UUID]
    decision_id: Mapped[UUID]
    policy_outcome: Mapped[str] = mapped_column(default="review")
    """What the policy said last: auto, review or hold."""
    approved_by: Mapped[str | None]
    """The person who approved what is offered now; None if the policy did, or nobody."""
    review_reason: Mapped[str | None] = mapped_column(String(1000))
    """Why a person must look, whatever the policy says; cleared by an approval."""
    declined_until: Mapped[date | None]
    """A person said no to the quantity, or to a part of it: not proposed again before this day
    unless more is needed."""
    erp_number: Mapped[str | None]
    purchase_order_number: Mapped[str | None]
    expected_date: Mapped[date | None]
    seen_in_erp_at: Mapped[datetime | None]
    """The ERP's own feed has shown it: from then on only the feed counts."""
    shipped_at: Mapped[datetime | None]
    """When a transfer left the giver; older stock figures of the giver still show it."""
    received_at: Mapped[datetime | None]
    """When a transfer reached the receiver; older stock figures there do not show it."""
    spare_quantity: Mapped[Decimal | None]
    """The most that the giver of a transfer could spare, by the plan it follows."""
    snoozed_until: Mapped[date | None]
    release_not_before: Mapped[datetime | None]
    claim_id: Mapped[UUID | None]
    """The claim it is leased under, or was taken under."""
    taken_by: Mapped[str | None]
    """The system that claimed it; only that system is offered it again."""
    previously_taken: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    __table_args__ = (
        Index(None, "item_id", "location_id", "state"),
        Index(None, "state", "created_at"),
        Index(None, "changed_at", "proposal_id"),
        Index(None, "claim_id"),
        Index(None, "supplier_id", "location_id", "state"),
        Index(
            "uq_proposals_open_key",
            "kind",
            "item_id",
            "location_id",
            "from_location_id",
            "purchase_line",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )
    __mapper_args__ = {  # noqa: RUF012  the base class declares it as an instance variable
        "version_id_col": row_version,
        "version_id_generator": False,  # transition() counts, so that one change is one step
    }


class OrderMessageRow(Table):
    """Why a message about a purchase line was made, for each decision about it: immutable.

    It rests on the inputs of its recommendation, so that it can be replayed exactly.
    """

    __tablename__ = "order_messages"
    decision_id: Mapped[UUID] = mapped_column(primary_key=True)
    purchase_line: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str]
    """expedite, defer or cancel_order."""
    quantity: Mapped[Decimal]
    """What was open of the line."""
    due_date: Mapped[date]
    """When the ERP expected it."""
    explanation: Mapped[dict[str, Any]]
    """``rules.ordering.order_messages.OrderMessage`` as JSON: the projection in terms."""


class ProposalEventRow(Table):
    """One line of a proposal's history. Append-only."""

    __tablename__ = "proposal_events"
    event_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    proposal_id: Mapped[UUID]
    event: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    revision: Mapped[int]
    actor: Mapped[str]
    reason: Mapped[str | None] = mapped_column(String(1000))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    occurred_at: Mapped[datetime]
    __table_args__ = (Index(None, "proposal_id", "occurred_at"),)


class ClaimRow(Table):
    """A lease that an ERP holds on proposals while it creates its documents."""

    __tablename__ = "claims"
    claim_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    principal: Mapped[str]
    idempotency_key: Mapped[str] = mapped_column(String(128))
    digest: Mapped[str]
    kind: Mapped[str]
    answer: Mapped[dict[str, Any]]
    """The proposals as offered: the same claim asked twice gets the same answer."""
    leased_until: Mapped[datetime]
    state: Mapped[str]
    """leased, settled or expired."""
    created_at: Mapped[datetime]
    __table_args__ = (
        Index(None, "principal", "idempotency_key", unique=True),
        Index(None, "state", "leased_until"),
    )
