"""Which order fulfils which opportunity, so that demand is counted once.

An order that fulfils an opportunity takes over its quantity: the opportunity keeps only what is
not ordered yet, and the order is firm demand of its own. An order that fulfils none is part of
what the account buys anyway and consumes the baseline.

**By reference.** An order that names an opportunity belongs to it and to no other, whatever the
account or the window says. With several lines of that opportunity for the item, the location
decides, then the delivery window; what still is open is ambiguous. An order that names an
opportunity that was lost or deleted, or one that we do not know for this item, is linked to
nothing: it has said where it comes from, so nothing is inferred for it.

**By inference**, for orders without a reference, and to won lines only: same account, item and
location, and due within the delivery window. An open opportunity may still be lost, and an order
of the account would then be an ordinary one. Exactly one candidate is a link; several are listed
as ambiguous and linked to nothing, so that a person decides.

**How far.** A reference always links. Inference stops when an *incremental* line is fully
ordered: there is nothing left that the order could fulfil, so it is one of the account's usual
orders. A *total* or *renewal* line speaks of everything the account buys in its window and takes
the account's share out of the baseline; each order of the account within the window is therefore
part of it, also beyond its quantity, for no baseline is left that the order could consume. (For
the same reason a won total stays part of the demand when all of it is ordered.)

**Returns** are linked by reference only, and never give quantity back to the opportunity: goods
sent back were ordered all the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

_LIVE = ("open", "won")
_WON = "won"
_INCREMENTAL = "incremental"


@dataclass(frozen=True)
class OrderLine:
    """A customer's order line, open or shipped, base units; negative is a return.

    A line that is shipped in part comes as two: the open rest and what was shipped, each under
    a key of its own. ``due`` is the requested day, or the day of the shipment.
    """

    order: str
    item_id: str
    location_id: str
    account_id: str | None
    quantity: Decimal
    due: date
    opportunity_id: str | None
    shipped: bool


@dataclass(frozen=True)
class OpportunityLine:
    """The part of an opportunity line that one location supplies, base units.

    ``opportunity`` is our stable key of it, ``opportunity_id`` the CRM's number that orders may
    refer to. Both days of the window are included.
    """

    opportunity: str
    opportunity_id: str
    item_id: str
    location_id: str
    account_id: str
    quantity: Decimal
    quantity_basis: str
    status: str
    window_start: date
    window_end: date

    def covers(self, day: date) -> bool:
        """Whether ``day`` lies within the delivery window."""
        return self.window_start <= day <= self.window_end


@dataclass(frozen=True)
class OrderLinks:
    """What was found: links, doubts, and how much of each opportunity is ordered.

    ``linked`` maps order to opportunity. ``ambiguous`` maps an order to the opportunities it
    may belong to; it is linked to none. ``ordered`` has every opportunity, with the quantity of
    its linked orders, open and shipped, at most its own quantity.
    """

    linked: dict[str, str] = field(default_factory=dict)
    ambiguous: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ordered: dict[str, Decimal] = field(default_factory=dict)


def link_orders(
    orders: Sequence[OrderLine], opportunities: Sequence[OpportunityLine]
) -> OrderLinks:
    """Link ``orders`` to ``opportunities``; the order of either sequence does not matter.

    Shipped orders come before open ones and earlier before later, so that what fills an
    opportunity up does not change from day to day. Raises ValueError if a key occurs twice.
    """
    _refuse_doubles("order", (order.order for order in orders))
    _refuse_doubles("opportunity", (line.opportunity for line in opportunities))
    ledger = _Ledger(opportunities)
    ranked = sorted(orders, key=lambda order: (not order.shipped, order.due, order.order))
    for order in ranked:
        if order.opportunity_id is not None:
            ledger.enter(order, ledger.named_by(order))
    for order in ranked:
        if order.opportunity_id is None and order.account_id is not None and order.quantity > 0:
            ledger.enter(order, ledger.inferred_for(order))
    return ledger.links


class _Ledger:
    """The opportunities by what orders know of them, and what is booked on them so far."""

    def __init__(self, opportunities: Iterable[OpportunityLine]) -> None:
        self.links = OrderLinks()
        self._lines: dict[str, OpportunityLine] = {}
        self._named: dict[tuple[str, str], list[OpportunityLine]] = defaultdict(list)
        self._won: dict[tuple[str | None, str, str], list[OpportunityLine]] = defaultdict(list)
        for line in sorted(opportunities, key=lambda line: line.opportunity):
            self._lines[line.opportunity] = line
            self.links.ordered[line.opportunity] = Decimal(0)
            if line.status in _LIVE:
                self._named[line.opportunity_id, line.item_id].append(line)
            if line.status == _WON:
                self._won[line.account_id, line.item_id, line.location_id].append(line)

    def named_by(self, order: OrderLine) -> list[OpportunityLine]:
        """The live lines an order's reference may mean; narrowed only as far as needed."""
        if order.opportunity_id is None:
            return []
        lines = self._named.get((order.opportunity_id, order.item_id), [])
        narrower: tuple[Callable[[OpportunityLine], bool], ...] = (
            lambda line: line.location_id == order.location_id,
            lambda line: line.covers(order.due),
        )
        for fits in narrower:
            kept = [line for line in lines if fits(line)]
            if len(lines) == 1 or not kept:
                break
            lines = kept
        return lines

    def inferred_for(self, order: OrderLine) -> list[OpportunityLine]:
        """The won lines that an order without a reference may fulfil."""
        lines = self._won.get((order.account_id, order.item_id, order.location_id), [])
        return [line for line in lines if line.covers(order.due) and self._takes_more(line)]

    def enter(self, order: OrderLine, lines: list[OpportunityLine]) -> None:
        """Book the order on its one line, or note that there are several."""
        if len(lines) > 1:
            self.links.ambiguous[order.order] = tuple(line.opportunity for line in lines)
        elif lines:
            (line,) = lines
            self.links.linked[order.order] = line.opportunity
            so_far = self.links.ordered[line.opportunity] + max(order.quantity, Decimal(0))
            self.links.ordered[line.opportunity] = min(so_far, line.quantity)

    def _takes_more(self, line: OpportunityLine) -> bool:
        return (
            line.quantity_basis != _INCREMENTAL
            or self.links.ordered[line.opportunity] < line.quantity
        )


def _refuse_doubles(what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{what} {key!r} is there twice: give each line a key of its own")
        seen.add(key)
