"""Opportunities as demand signals: a whole opportunity whenever it or a line of it changed.

Each line is one signal. A version is the newest change of the opportunity and its lines, so that
all lines of a version go together; a line that was taken out is told by its absence.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.quantities import plain
from adapters.erp.tryton.reading.portions import Changes, Mapped
from adapters.erp.tryton.reading.records import (
    by_id,
    of_company,
    warehouses,
    without_gaps,
    written,
)
from adapters.erp.tryton.reading.sales import OPPORTUNITY
from adapters.erp.tryton.reading.sweep import micros
from adapters.erp.tryton.reading.tracks import changed_at, own_tracks
from adapters.erp.tryton.rpc import Row, Rpc
from adapters.erp.tryton.settings import TrytonSettings
from adapters.ports import IncomingKind

_LINE = "sale.opportunity.line"
_LINES = "lines"
_FIELDS = (
    *("number", "party.code", "state", "conversion_probability", "start_date", "end_date"),
    *("create_date", "write_date", "lines.create_date", "lines.write_date"),
    *("lines.product.code", "lines.quantity", "lines.unit.symbol"),
)
_LINE_FIELDS = (
    *("opportunity", "create_date", "write_date"),
    *("opportunity.create_date", "opportunity.write_date"),
)
_STATUS: Mapping[str, str] = {
    "lead": "open",
    "opportunity": "open",
    "converted": "won",
    "won": "won",
    "lost": "lost",
    "cancelled": "deleted",
}
"""What Tryton's states are to us: what was made a sale of is won."""

_AT_ONCE = 100


def demand_signals(rpc: Rpc) -> Changes:
    """Opportunities that changed, by themselves or in one of their lines."""
    new, changed = own_tracks(OPPORTUNITY, of_company(rpc))
    new_lines, changed_lines = own_tracks(_LINE, of_company(rpc, "opportunity.company"))
    tracks = {
        "new": new,
        "changed": changed,
        f"new {_LINES}": new_lines,
        f"changed {_LINES}": changed_lines,
    }
    return Changes(IncomingKind.DEMAND_SIGNALS, rpc, tracks, partial(_mapped, rpc), _AT_ONCE)


def _mapped(rpc: Rpc, track: str, ids: Sequence[int]) -> Mapped:
    if track.endswith(_LINES):
        ids = _changed_alone(rpc, ids)
        if not ids:
            return Mapped()
    place = _place(rpc)
    rows: list[dict[str, Any]] = []
    unreadable: list[str] = []
    whole: set[str] = set()
    for opportunity in by_id(rpc, OPPORTUNITY, ids, _FIELDS).values():
        lines, problems = _signals(opportunity, rpc.settings)
        rows += [without_gaps({**line, "location": place}) for line in lines]
        unreadable += problems
        if not problems:  # else a line that cannot be read would pass for one that was taken out
            whole.add(opportunity["number"])
    return Mapped(rows, unreadable, frozenset(whole))


def _changed_alone(rpc: Rpc, lines: Sequence[int]) -> list[int]:
    """The opportunities of lines that were not changed together with them.

    What one transaction has changed has one stamp: it is seen in the opportunity's own tracks.
    """
    found = by_id(rpc, _LINE, lines, _LINE_FIELDS).values()
    return sorted({row["opportunity"] for row in found if changed_at(row) not in _stamps(row)})


def _stamps(line: Row) -> set[datetime]:
    opportunity = line["opportunity."]
    return {opportunity["create_date"], opportunity["write_date"]}


def _place(rpc: Rpc) -> str | None:
    """Where an opportunity's goods leave from: Tryton says so of sales only."""
    if rpc.settings.opportunity_location is not None:
        return rpc.settings.opportunity_location
    codes = [place.code for place in warehouses(rpc).values()]
    return codes[0] if len(codes) == 1 else None


def _signals(opportunity: Row, settings: TrytonSettings) -> tuple[list[dict[str, Any]], list[str]]:
    """The signals of its lines, and why there are none of some."""
    name = f"Opportunity {opportunity['number']}"
    if opportunity["lines."] and not opportunity["party."]:
        return [], [f"{name} has no party yet: nobody would be supplied."]
    shared = _shared(opportunity, settings)
    signals: list[dict[str, Any]] = []
    problems: list[str] = []
    for line in opportunity["lines."]:
        if not line["product."]:
            problems.append(f"Line {line['id']} of {name} names no product.")
        else:
            signals.append({**shared, **_line(line, opportunity, shared["source_version"])})
    return signals, problems


def _shared(opportunity: Row, settings: TrytonSettings) -> dict[str, Any]:
    """What all lines of a version say."""
    at = _version(opportunity)
    return {
        "opportunity_id": opportunity["number"],
        "source_version": micros(at),
        "account": code_of(opportunity["party."]) if opportunity["party."] else None,
        "delivery_window": _window(opportunity, settings),
        "stage": opportunity["state"],
        "status": _STATUS[opportunity["state"]],
        "win_probability": plain(opportunity["conversion_probability"]),
        "occurred_at": written(at),
    }


def _line(line: Row, opportunity: Row, version: int) -> dict[str, Any]:
    return {
        "message_id": f"{opportunity['number']}/{line['id']}/{version}",
        "line_id": str(line["id"]),
        "product": code_of(line["product."]),
        "quantity": plain(line["quantity"]),
        "unit": line["unit."]["symbol"] if line["unit."] else None,
    }


def _version(opportunity: Row) -> datetime:
    moments: list[datetime] = [changed_at(row) for row in (opportunity, *opportunity["lines."])]
    return max(moments)


def _window(opportunity: Row, settings: TrytonSettings) -> dict[str, str]:
    """From the day it is expected to end, or began where none is given; both days included."""
    expected = opportunity["end_date"] or opportunity["start_date"]
    start = expected + timedelta(days=settings.delivery_after_days)
    end = start + timedelta(days=settings.delivery_window_days - 1)
    return {"start": start.isoformat(), "end": end.isoformat()}
