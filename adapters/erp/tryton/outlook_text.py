"""A supply outlook in words, for the people who read it at the opportunity."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from adapters import PRODUCT
from adapters.canonical.outlook import LineOutlook, SuppliedPart, SupplyOutlook, SupplySource

_TITLE = f"{PRODUCT.capitalize()} supply outlook, version"
_VERSION = re.compile(rf"{re.escape(_TITLE)} ([0-9]+)")
_FROM = {
    SupplySource.ON_HAND: "from stock in {place}",
    SupplySource.PURCHASE_ORDER: "by purchase {reference} for {place}",
    SupplySource.REQUISITION: "by requisition {reference} for {place}",
    SupplySource.TRANSFER: "by transfer {reference} to {place}",
}


def title_of(outlook: SupplyOutlook) -> str:
    """The first line; it says which version this is."""
    return f"{_TITLE} {outlook.version}"


def version_in(title: str) -> int | None:
    """The version that such a first line names; None if it is the title of something else."""
    found = _VERSION.fullmatch(title)
    return int(found[1]) if found else None


def text_of(outlook: SupplyOutlook) -> str:
    """What follows the first line."""
    lines = [f"As of {outlook.as_of:%Y-%m-%d %H:%M} UTC; changed by us with every news."]
    for line in outlook.lines:
        lines += ["", *_line(line)]
    return "\n".join(lines)


def _line(line: LineOutlook) -> Iterator[str]:
    what = f"{_plain(line.quantity)} {line.unit or ''} of {line.item_id or 'an unknown item'}"
    window = f"{line.window_start} to {line.window_end}"
    yield f"Line {line.line_id}: {' '.join(what.split())}, wanted {window} ({line.status})."
    if line.ordered:
        yield f"- {_plain(line.ordered)} ordered already"
    for part in line.supplied:
        yield f"- {_part(part)}"
    if line.uncovered:
        yield f"- {_plain(line.uncovered)} not covered yet"
    if line.covered_on:
        yield f"All of it can be supplied on {line.covered_on}."
    if line.shortage_probability is not None:
        yield f"Risk of a shortage: {_percent(line.shortage_probability)}{_if_won(line)}."
    if line.note:
        yield line.note


def _part(part: SuppliedPart) -> str:
    named = part.reference or "without a number"
    source = _FROM[part.source].format(place=part.location_id, reference=named)
    state = f" ({part.state.replace('_', ' ')})" if part.state else ""
    return f"{_plain(part.quantity)} {source}{state}, {_day(part.available_on)}"


def _if_won(line: LineOutlook) -> str:
    won = line.shortage_probability_if_won
    return "" if won is None else f"; if the deal is won: {_percent(won)}"


def _day(day: date | None) -> str:
    return f"available on {day}" if day else "no day known"


def _percent(share: Decimal) -> str:
    return f"{_plain(round(share * 100, 1))} %"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
