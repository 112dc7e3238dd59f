"""Orders that are shipped while the ERP still calls them open.

Sales lines and open orders come by different feeds. Until the ERP tells of an open line again,
what sales lines that name it have shipped must not count twice: it is kept beside the line, whose
own quantity stays as the ERP told it.

A shipment counts only if the line's last version cannot know of it: by the times of change where
both have one, else by the day (a shipment of an earlier day is known). A corrected sales line
counts its difference. Returns count nothing: goods sent back do not open the order again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session

from adapters.canonical.demand import OpenSalesLine, SalesLine
from service.feeds.code_sets import one_of
from service.feeds.subjects import SUBJECT_OF
from service.feeds.tables import OpenSalesLineRow, SalesLineRow
from service.feeds.versions import Change, Ledger, Values

OPEN_SALES_LINE = SUBJECT_OF[OpenSalesLine]

LineKey = tuple[str, str]
"""(system, native id) of an open sales line."""

_NOTHING = Decimal(0)
_TIME_ZONES = timedelta(days=1)
"""How far the day of a shipment may lie before the same moment's day in UTC."""


def follow_shipments(session: Session, ledger: Ledger) -> list[Change]:
    """Keep what is shipped of the open sales lines that ``ledger`` is about, if any.

    Call it when the ledger is written. Returns the open lines that count another quantity now.
    """
    if ledger.subject is SUBJECT_OF[SalesLine]:
        return _note_shipments(session, ledger.changes())
    if ledger.subject is OPEN_SALES_LINE:
        return _begin_anew(session, list(ledger.written.values()))
    return []


def _note_shipments(session: Session, changes: Collection[Change]) -> list[Change]:
    """Sales lines are new or changed: the open lines that they name count less, or more again."""
    naming: defaultdict[LineKey, list[Change]] = defaultdict(list)
    for change in changes:
        states = [state for state in (change.before, change.after) if state]
        for line in {(state["system"], state["order_line_id"]) for state in states}:
            if line[1] is not None:
                naming[line].append(change)
    lines = _open_lines(session, naming)
    shipped = {
        key: max(
            line["shipped_since"] + sum(_difference(line, change) for change in naming[key]),
            _NOTHING,
        )
        for key, line in lines.items()
    }
    return _write(session, lines, shipped)


def _begin_anew(session: Session, told: Sequence[Values]) -> list[Change]:
    """The sender has told of these open lines: only what it cannot know of counts from now on."""
    lines = _open_lines(session, {(line["system"], line["native_id"]) for line in told})
    shipped = dict.fromkeys(lines, _NOTHING)
    for sale in _dated_sales(session, lines):
        key = (sale["system"], sale["order_line_id"])
        if lines[key]["changed_at"] is not None and _is_later(sale, lines[key]):
            shipped[key] += _shipped(sale, lines[key])
    return _write(session, lines, shipped)


def _difference(line: Values, change: Change) -> Decimal:
    """By how much ``change`` raises what is shipped of ``line``."""
    before, after = change
    unknown_now = _is_later(after, line)
    unknown_before = before is not None and _is_later(before, line)
    raised = _shipped(after, line) if unknown_now else _NOTHING
    if before is not None and (unknown_now or unknown_before):
        return raised - _shipped(before, line)
    return raised


def _shipped(sale: Values, line: Values) -> Decimal:
    if sale["gone"] or sale["order_line_id"] != line["native_id"]:
        return _NOTHING
    quantity: Decimal = sale["quantity"]
    return max(quantity, _NOTHING)


def _is_later(sale: Values, line: Values) -> bool:
    """Whether the sender told of ``line`` before the shipment, so that it counts on top."""
    told, changed = line["changed_at"], sale["changed_at"]
    if told and changed:
        return bool(changed > told and sale["sold_on"] >= told.date() - _TIME_ZONES)
    return bool(sale["sold_on"] >= (told or line["received_at"]).date())


def _open_lines(session: Session, keys: Collection[LineKey]) -> dict[LineKey, Values]:
    """The open sales lines with these keys that are not gone."""
    if not keys:
        return {}
    table = OpenSalesLineRow.__table__
    rows = session.execute(
        select(*table.columns).where(
            OpenSalesLineRow.system.in_({system for system, _ in keys}),
            one_of(session, OpenSalesLineRow.native_id, {native_id for _, native_id in keys}),
            OpenSalesLineRow.gone.is_(False),
        )
    ).mappings()
    found = {(row["system"], row["native_id"]): dict(row) for row in rows}
    return {key: line for key, line in found.items() if key in keys}


def _dated_sales(session: Session, lines: Mapping[LineKey, Values]) -> Iterable[Mapping[Any, Any]]:
    """The sales lines, with a time of change, that name one of ``lines``."""
    if not lines:
        return []
    columns = SalesLineRow.__table__.columns
    names = ("system", "order_line_id", "quantity", "sold_on", "changed_at", "gone")
    rows = session.execute(
        select(*(columns[name] for name in names)).where(
            SalesLineRow.system.in_({system for system, _ in lines}),
            one_of(session, columns["order_line_id"], {native_id for _, native_id in lines}),
            SalesLineRow.changed_at.is_not(None),
            SalesLineRow.gone.is_(False),
        )
    ).mappings()
    return [row for row in rows if (row["system"], row["order_line_id"]) in lines]


def _write(
    session: Session, lines: Mapping[LineKey, Values], shipped: Mapping[LineKey, Decimal]
) -> list[Change]:
    moved = sorted(key for key in lines if lines[key]["shipped_since"] != shipped[key])
    if moved:
        table = OpenSalesLineRow.__table__.c
        same = and_(
            table.system == bindparam("of_system"), table.native_id == bindparam("of_native_id")
        )
        session.connection().execute(
            update(OpenSalesLineRow).where(same).values(shipped_since=bindparam("since")),
            [
                {
                    "of_system": system,
                    "of_native_id": native_id,
                    "since": shipped[system, native_id],
                }
                for system, native_id in moved
            ],
        )
    return [Change(lines[key], {**lines[key], "shipped_since": shipped[key]}) for key in moved]
