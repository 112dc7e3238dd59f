"""Messages about purchase lines that are out already: sooner, later, or not at all.

The rescheduling logic of material requirements planning: stock is projected day by day with
expected demand; each line is needed on the first day on which stock with all lines before it
would fall below the safety stock. Lines are looked at by due date, so that the earliest covers
the earliest need. See Orlicky's Material Requirements Planning, 3rd ed. (Ptak and Smith), on
rescheduling open orders, and Jacobs, Berry, Whybark and Vollmann, Manufacturing Planning and
Control for Supply Chain Management, 6th ed., on exception messages. Tolerances keep the plan
from fussing over what a supplier could not do anyway.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from rules.ordering.quantities import quantised, written
from rules.ordering.stock_projection import Projection, PurchaseLine
from rules.ordering.terms import ExplanationMismatch, Term

SCHEMA_VERSION = 1


class MessageKind(StrEnum):
    """What a supplier would be asked for."""

    EXPEDITE = "expedite"
    DEFER = "defer"
    CANCEL_ORDER = "cancel_order"


@dataclass(frozen=True)
class Tolerances:
    """What is not worth a message: fewer days sooner, or fewer days later, than these."""

    sooner_days: int
    later_days: int


@dataclass(frozen=True)
class OrderMessage:
    """What to ask of a purchase line, and why: terms that add up to the projected stock.

    ``projected_stock`` is that at the end of ``projected_on`` without this line and those after
    it. ``wanted`` is the day on which the line is needed; for a cancellation, the day it is due.
    ``runs_out_on`` is the first day without stock, ``below_safety_on`` the first below the safety
    stock, both without the line; None within the projection never. Raises ExplanationMismatch if
    the terms do not add up.
    """

    kind: MessageKind
    line: PurchaseLine
    wanted: date
    unit: str
    projected_on: date
    projected_stock: Decimal
    safety_stock: Decimal
    below_safety_on: date | None
    runs_out_on: date | None
    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        total = sum((term.quantity for term in self.terms), Decimal(0))
        if quantised(total) != self.projected_stock:
            raise ExplanationMismatch(
                f"terms add up to {total}, not to the projected stock {self.projected_stock}"
            )

    @property
    def quantity(self) -> Decimal:
        """What is open of the line: a message is about all of it."""
        return self.line.quantity

    @property
    def days(self) -> int:
        """By how many days it is asked for later; negative is sooner."""
        return (self.wanted - self.line.due).days

    def to_json(self) -> dict[str, Any]:
        """JSON values only, quantities as strings of six decimals."""
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": self.kind.value,
            "purchase_line": self.line.reference,
            "quantity": written(self.quantity),
            "unit": self.unit,
            "due": self.line.due.isoformat(),
            "wanted": self.wanted.isoformat(),
            "projected_on": self.projected_on.isoformat(),
            "projected_stock": written(self.projected_stock),
            "safety_stock": written(self.safety_stock),
            "below_safety_on": _day(self.below_safety_on),
            "runs_out_on": _day(self.runs_out_on),
            "terms": [term.to_json() for term in self.terms],
        }


def recompute_projection(document: Mapping[str, Any]) -> Decimal:
    """The projected stock that the stored terms of a message add up to."""
    terms = [Term.from_json(term) for term in document["terms"]]
    return quantised(sum((term.quantity for term in terms), Decimal(0)))


def order_messages(
    projection: Projection, lines: Sequence[PurchaseLine], tolerances: Tolerances, unit: str
) -> list[OrderMessage]:
    """The messages about ``lines``, at most one for each.

    A line that is overdue counts as due today: it cannot be asked for sooner than that.
    """
    found = []
    earlier: list[PurchaseLine] = []
    for line in sorted(lines, key=lambda line: (line.due, line.reference)):
        asked = _asked(projection, earlier, line, tolerances)
        if asked is not None:
            found.append(_message(projection, earlier, line, asked, unit))
        earlier.append(line)
    return found


@dataclass(frozen=True)
class _Asked:
    """What is asked of a line, and on which days it rests."""

    kind: MessageKind
    wanted: date
    projected_on: date
    below_safety_on: date | None
    runs_out_on: date | None


def _asked(
    projection: Projection,
    earlier: Sequence[PurchaseLine],
    line: PurchaseLine,
    tolerances: Tolerances,
) -> _Asked | None:
    supply = sum((one.quantity for one in earlier), Decimal(0))
    needed = projection.first_day_below(projection.safety_stock, supply)
    runs_out = projection.first_day_below(Decimal(0), supply)
    due = max(line.due, projection.start)
    at_due = min(due, projection.last_day)
    if needed is not None and runs_out is not None and runs_out < due:
        worth_asking = (due - needed).days >= tolerances.sooner_days
        asked = _Asked(MessageKind.EXPEDITE, needed, at_due, needed, runs_out)
        return asked if worth_asking else None
    if due > projection.last_day:
        return None
    if needed is None:
        kind, last = MessageKind.CANCEL_ORDER, projection.last_day
        return _Asked(kind, line.due, last, needed, runs_out)
    if (needed - due).days >= tolerances.later_days:
        return _Asked(MessageKind.DEFER, needed, at_due, needed, runs_out)
    return None


def _message(
    projection: Projection,
    earlier: Sequence[PurchaseLine],
    line: PurchaseLine,
    asked: _Asked,
    unit: str,
) -> OrderMessage:
    terms = tuple(_terms(projection, earlier, asked.projected_on))
    return OrderMessage(
        kind=asked.kind,
        line=line,
        wanted=asked.wanted,
        unit=unit,
        projected_on=asked.projected_on,
        projected_stock=quantised(sum((term.quantity for term in terms), Decimal(0))),
        safety_stock=projection.safety_stock,
        below_safety_on=asked.below_safety_on,
        runs_out_on=asked.runs_out_on,
        terms=terms,
    )


def _terms(projection: Projection, earlier: Sequence[PurchaseLine], day: date) -> Iterator[Term]:
    """The projected stock at the end of ``day``; terms of zero are left out but for the stock."""
    demand = projection.until(day)
    records = projection.records
    on_hand = records.get("on_hand", ())
    yield Term("on_hand", "Usable stock on hand", projection.usable_on_hand, on_hand)
    parts = {
        "backorders": ("Owed to customers", projection.backorders),
        "baseline": (f"Usual demand until {day}", demand.baseline),
        "orders": (f"Orders on top of it until {day}", demand.orders),
        "opportunities": (f"Expected from opportunities until {day}", demand.opportunities),
    }
    for kind, (label, quantity) in parts.items():
        if quantity:
            yield Term(kind, label, -quantity, records.get(kind, ()))
    for line in earlier:
        label = f"{line.reference}, due {line.due}, comes before"
        yield Term("scheduled_receipt", label, line.quantity, (line.record,))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
