"""What an ERP needs to make a requisition of."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from adapters.canonical.calendar import Day
from adapters.canonical.identity import Canonical, Code, Text
from adapters.canonical.quantity import Currency, UnitPrice


class ProposalKind(StrEnum):
    """What the ERP is asked to do.

    ``requisition`` and ``transfer`` ask for something new; ``change`` and ``cancel`` take back
    what the ERP accepted under the reference. ``expedite``, ``defer`` and ``cancel_order`` are
    messages about a purchase order line that is its own.
    """

    REQUISITION = "requisition"
    TRANSFER = "transfer"
    CHANGE = "change"
    CANCEL = "cancel"
    EXPEDITE = "expedite"
    DEFER = "defer"
    CANCEL_ORDER = "cancel_order"


MESSAGES = frozenset({ProposalKind.EXPEDITE, ProposalKind.DEFER, ProposalKind.CANCEL_ORDER})
"""Messages about purchase lines that are out already: they order nothing."""

LineReference = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""``system/native_id`` of a purchase line."""


class RequisitionProposal(Canonical):
    """A requisition as offered to the ERP.

    ``external_ref`` never changes and is the ERP's key against duplicates; ``revision`` counts
    the versions offered under it. ``offer`` is 1 until the ERP refuses, and one more after each
    refusal: what it refused may be asked for again. ``previously_taken`` says that an earlier
    claim ended without an answer: look the reference up before creating.
    """

    kind: ProposalKind
    external_ref: str = Field(max_length=32, pattern=r"^[\x21-\x7e]+$")
    revision: int = Field(ge=1)
    item_id: Code
    location_id: Code
    supplier_id: Code | None
    from_location_id: Code | None = Field(None, description="who gives, in a transfer")
    purchase_line: LineReference | None = Field(
        None, description="which open purchase line a message is about"
    )
    quantity: Decimal = Field(ge=0, description="total wanted under this reference, base units")
    unit: Code
    unit_price: UnitPrice | None
    currency: Currency | None
    order_date: Day
    required_date: Day
    rationale: Text
    offer: int = Field(1, ge=1)
    previously_taken: bool = False
