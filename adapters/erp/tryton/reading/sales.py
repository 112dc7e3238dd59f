"""Who bought a sale line, and under which opportunity."""

from collections.abc import Iterable
from dataclasses import dataclass

from adapters.erp.tryton.codes import code_of, target
from adapters.erp.tryton.reading.records import by_id
from adapters.erp.tryton.rpc import Row, Rpc

LINE = "sale.line"
OPPORTUNITY = "sale.opportunity"
_FIELDS = ("sale.number", "sale.party.code", "sale.origin")


@dataclass(frozen=True)
class SaleLine:
    """A line by its native id, the account that ordered it, its opportunity if it has one."""

    native_id: str
    account_id: str
    opportunity_id: str | None


def sale_lines(rpc: Rpc, ids: Iterable[int]) -> dict[int, SaleLine]:
    """These lines, by id."""
    rows = by_id(rpc, LINE, ids, _FIELDS)
    numbers = opportunity_numbers(rpc, (row["sale."]["origin"] for row in rows.values()))
    return {
        number: SaleLine(
            native_line(row, "sale"),
            code_of(row["sale."]["party."]),
            numbers.get(row["sale."]["origin"] or ""),
        )
        for number, row in rows.items()
    }


def opportunity_numbers(rpc: Rpc, origins: Iterable[str | None]) -> dict[str, str]:
    """The numbers of the opportunities that some of these origins of sales are."""
    ids = {origin: target(origin, OPPORTUNITY) for origin in origins if origin}
    wanted = [number for number in ids.values() if number is not None]
    found = by_id(rpc, OPPORTUNITY, wanted, ["number"])
    return {
        origin: found[number]["number"]
        for origin, number in ids.items()
        if number is not None and number in found
    }


def native_line(row: Row, order: str, part: str = "") -> str:
    """A line's name for people and for us: the order's number, a part of it, the line's id."""
    number = row[f"{order}."]["number"] or f"#{row[f'{order}.']['id']}"
    return "/".join(piece for piece in (number, part, str(row["id"])) if piece)
