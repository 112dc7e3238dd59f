"""The one table of what Tryton's states mean to a proposal.

A requisition of ours becomes a request to purchase, that a line of a purchase, that a receipt. A
transfer is an internal shipment. Each record says how it stands, or leaves it to the one that was
made of it.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

REQUISITION = "purchase.requisition"
REQUEST = "purchase.request"
PURCHASE = "purchase.purchase"
SHIPMENT = "stock.shipment.internal"


class Standing(StrEnum):
    """How it stands with what we asked for."""

    WAITS = "waits"
    """Nothing that we do not know: people, or Tryton, have it before them."""
    NEXT_ASKED = "next_asked"
    """What was made of it says how it stands."""
    ORDERED = "ordered"
    CAME = "came"
    DROPPED = "dropped"
    """Nothing will come of it."""
    SHIPPED = "shipped"
    RECEIVED = "received"


STATES: Mapping[str, Mapping[str, Standing]] = {
    REQUISITION: {
        "draft": Standing.WAITS,
        "waiting": Standing.WAITS,
        "approved": Standing.WAITS,
        "processing": Standing.NEXT_ASKED,
        "done": Standing.NEXT_ASKED,
        "rejected": Standing.DROPPED,
        "cancelled": Standing.DROPPED,
    },
    REQUEST: {
        "draft": Standing.WAITS,
        "purchased": Standing.NEXT_ASKED,
        "done": Standing.NEXT_ASKED,
        "exception": Standing.WAITS,  # its purchase was cancelled; a person decides what now
        "cancelled": Standing.DROPPED,
    },
    PURCHASE: {
        "draft": Standing.WAITS,
        "quotation": Standing.WAITS,
        "confirmed": Standing.ORDERED,
        "processing": Standing.ORDERED,
        "done": Standing.CAME,
        "cancelled": Standing.WAITS,  # its request says what people made of that
    },
    SHIPMENT: {
        "request": Standing.WAITS,
        "draft": Standing.WAITS,
        "waiting": Standing.WAITS,
        "assigned": Standing.WAITS,
        "packed": Standing.WAITS,
        "shipped": Standing.SHIPPED,
        "done": Standing.RECEIVED,
        "cancelled": Standing.DROPPED,
    },
}


class Answer(StrEnum):
    """What a proposal is answered, in the words of our feed of answers."""

    ORDERED = "ordered"
    PARTLY_ORDERED = "partly_ordered"
    CLOSED = "closed"
    REFUSED = "refused"
    SHIPPED = "shipped"
    RECEIVED = "received"


_OF_A_TRANSFER = {
    Standing.SHIPPED: Answer.SHIPPED,
    Standing.RECEIVED: Answer.RECEIVED,
    Standing.DROPPED: Answer.REFUSED,
}


def standing(model: str, state: str) -> Standing:
    """How a record stands; a state that we do not know says nothing."""
    return STATES[model].get(state, Standing.WAITS)


def answer_of_transfer(state: str) -> Answer | None:
    """What a shipment's state says; None if it is no news."""
    return _OF_A_TRANSFER.get(standing(SHIPMENT, state))


def answer_of_requisition(
    state: str, parts: Collection[Standing], *, was_ordered: bool
) -> Answer | None:
    """What a requisition and the ``parts`` that were made of it say; None if it is no news.

    ``was_ordered`` says that some of it went out to a supplier once: then it is over, not refused.
    """
    whole = standing(REQUISITION, state)
    over = Answer.CLOSED if was_ordered else Answer.REFUSED
    if whole is Standing.DROPPED:
        return over
    if whole is not Standing.NEXT_ASKED or not parts:
        return None
    left = {part for part in parts if part is not Standing.DROPPED}
    if not left:
        return over
    if left == {Standing.CAME}:
        return Answer.CLOSED
    if Standing.WAITS not in left:
        return Answer.ORDERED
    return Answer.PARTLY_ORDERED if len(left) > 1 else None
