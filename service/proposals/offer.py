"""What a proposal offers, and to whom it is known under which reference."""

from base64 import b32encode
from decimal import Decimal
from uuid import UUID

from service.proposals.states import COMMITTED, State
from service.proposals.tables import ProposalRow

OFFER = frozenset(
    {
        "recommended_quantity",
        "planner_quantity",
        "requested_quantity",
        "supplier_id",
        "unit",
        "unit_price",
        "currency",
        "order_date",
        "required_date",
    }
)
"""The columns that a revision counts."""


def external_ref(proposal_id: UUID) -> str:
    """The reference that other systems know the proposal by: 'PEG-' and the id in base 32.

    RFC 4648's alphabet has neither 0 nor 1, so it can be read out loud; 30 characters in all.
    """
    return "PEG-" + b32encode(proposal_id.bytes).decode("ascii").rstrip("=")


def offered_quantity(row: ProposalRow) -> Decimal:
    """What is, or was, offered to the ERP: the planner's quantity, else the recommended one."""
    return row.recommended_quantity if row.planner_quantity is None else row.planner_quantity


def taken_quantity(row: ProposalRow) -> Decimal:
    """What the ERP holds under the reference: what it accepted, else what it was offered."""
    return offered_quantity(row) if row.accepted_quantity is None else row.accepted_quantity


def wanted_total(row: ProposalRow) -> Decimal:
    """The total wanted under the reference now: a request's, else what was taken or offered."""
    if row.requested_quantity is not None:
        return row.requested_quantity
    return taken_quantity(row) if State(row.state) in COMMITTED else offered_quantity(row)


def planners_extra(row: ProposalRow) -> Decimal:
    """By how much a planner raised the recommendation; zero for a cut or no edit."""
    return max(offered_quantity(row) - row.recommended_quantity, Decimal(0))


def planners_cut(row: ProposalRow) -> Decimal:
    """By how much a planner lowered the recommendation; zero for a raise or no edit."""
    return max(row.recommended_quantity - offered_quantity(row), Decimal(0))


def in_conflict(row: ProposalRow) -> bool:
    """Whether a planner's edit stands against another recommendation than the one it changed."""
    return row.planner_quantity is not None and row.recommended_quantity != row.edited_against
