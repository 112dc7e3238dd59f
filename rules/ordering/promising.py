"""Which supply is set aside for which deal: available-to-promise, in words for the phone.

What is owed, ordered and usually sold until the end of a deal's window comes first; what is left
goes to won deals and then to open ones, by their first delivery day. Nothing is set aside twice.

*What comes first* (``ahead``) takes the earliest supply, and where a supply comes only after the
window, also what is sold until it comes. A deal leaves what comes first for as long as the deals
before it rely on: otherwise an early delivery of little weight would take from under a firm one
what is still to be sold in front of it. *Open deals* are set aside in full, not weighed: half a
promise helps nobody, and how likely a deal is shows in the simulated risk of shortage instead.
Between deals of the same first day the likelier comes first, then the name decides, so that a
promise does not wander from one computation to the next.

After available-to-promise in a master schedule: Silver, Pyke and Thomas, Inventory and
Production Management in Supply Chains, 4th ed., chapter 14; by cumulative quantities, with
everything that is wanted earlier served earlier.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.ordering.quantities import quantised

Ahead = Callable[[date], Decimal]
"""What comes before all deals until a day, that day included; never falls with the day."""

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Incoming:
    """A quantity that is there, or will be, at one location; base units.

    ``available_on`` None says that it is on its way and no day is known: it comes last.
    """

    reference: str
    quantity: Decimal
    available_on: date | None


@dataclass(frozen=True)
class Deal:
    """What is still to be set aside for a deal at one location, base units."""

    name: str
    quantity: Decimal
    first_day: date
    last_day: date
    won: bool
    win_probability: Decimal


@dataclass(frozen=True)
class Part:
    """A part of an incoming quantity that is set aside."""

    incoming: Incoming
    quantity: Decimal


def set_aside(
    supply: Sequence[Incoming], ahead: Ahead, deals: Sequence[Deal]
) -> Mapping[str, tuple[Part, ...]]:
    """The parts of ``supply`` that are set aside for each deal, by its name, earliest first.

    A deal gets at most its quantity, and all deals together at most what ``ahead`` leaves of the
    supply. The order of either sequence does not matter.
    """
    ordered = sorted(supply, key=_by_day)
    free = [max(one.quantity, _NOTHING) for one in ordered]
    parts: dict[str, tuple[Part, ...]] = {}
    relied_on = date.min
    for deal in sorted(deals, key=_by_rank):
        until = max(relied_on, deal.last_day)
        taken = _take(list(zip(ordered, free, strict=True)), ahead, until, deal.quantity)
        mine = parts[deal.name] = tuple(
            Part(one, quantity) for one, quantity in zip(ordered, taken, strict=True) if quantity
        )
        free = [left - quantity for left, quantity in zip(free, taken, strict=True)]
        if mine:
            relied_on = max([until, *(part.incoming.available_on or until for part in mine)])
    return parts


def covered_on(parts: Sequence[Part], quantity: Decimal) -> date | None:
    """The day on which ``quantity`` is there in full; None if it is not, or no day is known."""
    days = [part.incoming.available_on for part in parts]
    if not parts or sum((part.quantity for part in parts), _NOTHING) < quantity:
        return None
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None


def _take(
    supply: Sequence[tuple[Incoming, Decimal]], ahead: Ahead, until: date, wanted: Decimal
) -> list[Decimal]:
    """How much of what is free of each supply is taken, after what comes first until a day."""
    taken: list[Decimal] = []
    so_far = got = _NOTHING
    for one, free in supply:
        so_far += free
        first = quantised(ahead(max(until, one.available_on or until)))
        quantity = max(min(free, so_far - first - got, wanted - got), _NOTHING)
        taken.append(quantity)
        got += quantity
    return taken


def _by_day(incoming: Incoming) -> tuple[bool, date, str]:
    day = incoming.available_on
    return day is None, day or date.max, incoming.reference


def _by_rank(deal: Deal) -> tuple[bool, date, Decimal, str]:
    return not deal.won, deal.first_day, -deal.win_probability, deal.name
