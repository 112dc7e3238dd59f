"""Messages about purchase lines in words."""

from datetime import date

from rules.ordering.order_messages import MessageKind, OrderMessage
from rules.ordering.quantities import readable


def sentence(message: OrderMessage) -> str:
    """What is asked and why, in one sentence."""
    line, due, wanted = message.line, _said(message.line.due), _said(message.wanted)
    if message.kind is MessageKind.EXPEDITE:
        out = _said(message.runs_out_on or message.wanted)
        return (
            f"Expedite {line.reference} from {due} to {wanted}: stock is projected to run out "
            f"on {out}."
        )
    stock, safety = readable(message.projected_stock), readable(message.safety_stock)
    if message.kind is MessageKind.DEFER:
        return (
            f"Defer {line.reference} from {due} to {wanted}: without it {stock} {message.unit} are "
            f"projected on {_said(message.projected_on)}, above the safety stock of {safety} "
            f"until {wanted}."
        )
    return (
        f"Cancel {line.reference} due {due}: without it {stock} {message.unit} are projected on "
        f"{_said(message.projected_on)}, above the safety stock of {safety}."
    )


def _said(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
