"""A message about a purchase line, for a page: the projection it rests on, term by term."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from rules.ordering.terms import Term
from service.proposals.tables import OrderMessageRow


@dataclass(frozen=True)
class ProjectionLine:
    """A term of the projected stock, and what all terms so far come to."""

    label: str
    quantity: Decimal
    running: Decimal


@dataclass(frozen=True)
class MessageView:
    """Why the line should come on another day, or not at all; base units."""

    kind: str
    purchase_line: str
    unit: str
    due: date
    projected_on: date
    lines: tuple[ProjectionLine, ...]
    projected_stock: Decimal
    safety_stock: Decimal
    below_safety_on: date | None
    runs_out_on: date | None


def message_view(session: Session, decision_id: UUID) -> MessageView | None:
    """The message that a decision was about; None where it was about an order."""
    row = session.get(OrderMessageRow, decision_id)
    if row is None:
        return None
    why = row.explanation
    running = Decimal(0)
    lines = []
    for document in why["terms"]:
        term = Term.from_json(document)
        running += term.quantity
        lines.append(ProjectionLine(term.label, term.quantity, running))
    return MessageView(
        kind=row.kind,
        purchase_line=row.purchase_line,
        unit=str(why["unit"]),
        due=row.due_date,
        projected_on=date.fromisoformat(why["projected_on"]),
        lines=tuple(lines),
        projected_stock=Decimal(why["projected_stock"]),
        safety_stock=Decimal(why["safety_stock"]),
        below_safety_on=_day(why["below_safety_on"]),
        runs_out_on=_day(why["runs_out_on"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
