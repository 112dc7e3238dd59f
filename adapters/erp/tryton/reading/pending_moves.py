"""Moves that are planned and not done: what is left of an order's line, and when it is due."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from adapters.erp.tryton.codes import target
from adapters.erp.tryton.quantities import per_unit
from adapters.erp.tryton.reading.records import all_rows, of_company
from adapters.erp.tryton.rpc import Domain, Row, Rpc, Search

NOT_DONE = ["state", "in", ["staging", "draft", "assigned"]]
UNDER_WAY = ["confirmed", "processing"]
"""States of purchases and sales of which something may be left."""

UNITS = tuple(
    f"{unit}.{size}" for unit in ("unit", "product.default_uom") for size in ("factor", "rate")
)
"""What has to be read of a line to know its quantity in base units."""


@dataclass(frozen=True)
class Pending:
    """What is left of a line, in base units, and the days on which it is planned."""

    quantity: Fraction = Fraction(0)
    days: tuple[date, ...] = ()

    def with_move(self, move: Row) -> "Pending":
        """Together with one more move."""
        days = (*self.days, move["planned_date"]) if move["planned_date"] else self.days
        return Pending(self.quantity + Fraction(move["internal_quantity"] or 0), days)


def pending_by_line(rpc: Rpc, line: str, order: str) -> Mapping[int, Pending]:
    """By the id of the line: what its moves have not done yet."""
    domain: Domain = [[f"origin.{order}.state", "in", UNDER_WAY, line], NOT_DONE, *of_company(rpc)]
    fields = ("origin", "internal_quantity", "planned_date")
    found: defaultdict[int, Pending] = defaultdict(Pending)
    for move in all_rows(rpc, Search("stock.move", fields, domain)):
        number = target(move["origin"], line)
        if number is not None:
            found[number] = found[number].with_move(move)
    return found


def something_left(order: str, *more: Any) -> Domain:
    """The condition that a line may have something left: most of those under way have not.

    An order stays under way until it is paid for, long after the goods have moved.
    """
    planned = ["moves.state", *NOT_DONE[1:]]
    just_confirmed = [f"{order}.state", "=", "confirmed"]
    return [[f"{order}.state", "in", UNDER_WAY], ["OR", planned, just_confirmed, *more]]


def in_base_units(row: Row, quantity: Decimal) -> Fraction:
    """``quantity`` of the unit of a line, of which ``UNITS`` were read."""
    return Fraction(quantity) * per_unit(row["unit."], row["product."]["default_uom."])
